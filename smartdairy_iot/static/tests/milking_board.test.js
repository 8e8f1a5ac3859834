import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { beforeEach, describe, expect, test, waitFor } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, defineModels, models, onRpc } from "@web/../tests/web_test_helpers";
import {
    defineTelemetryModels,
    makeBoard,
    makeDevice,
    makeReading,
    NOW,
    openAction,
    sendReadings,
    serveBoard,
    startAtNow,
} from "./live_test_helpers";

class IotMilkingSession extends models.Model {
    _name = "iot.milking.session";
}

describe.current.tags("desktop");
defineTelemetryModels();
defineModels({ IotMilkingSession });
beforeEach(startAtNow);

const METER = { id: 7, device_id: "MILK-G01", name: "Meter 1", stall: "Stall 1" };
const SESSION = { id: 3, state: "running", liters: 6.5, end: NOW, animal: "7 Bella", animal_id: 7 };
const BOARD = {
    farm: 2,
    farms: [
        { id: 1, name: "North", tz: "UTC" },
        { id: 2, name: "South", tz: "UTC" },
    ],
    today: { liters: 6.5, sessions: 1, animals: 1, running: 1 },
    meters: [{ ...METER, session: SESSION }],
    attention: [],
    animals: [],
    balances: [],
    by_day: [],
    by_hour: [],
};

async function openMilkingBoard(onAsked = () => {}) {
    const meter = makeDevice({
        device_id: "MILK-G01",
        device_type: "milk_meter",
        values: { flow_rate: 2.4 },
        units: { flow_rate: "L/min" },
    });
    serveBoard(makeBoard({ devices: [meter] }));
    onRpc("iot.milking.session", "get_milking_board", ({ kwargs }) => {
        onAsked(kwargs.farm_id);
        return BOARD;
    });
    await openAction("milking_board");
}

test("the flow of a meter follows each reading of the bus", async () => {
    await openMilkingBoard();
    await waitForChannels(["farm.farm_1"]);
    await waitFor(".o_sd_meter_flow:contains(2.4)");
    sendReadings(makeReading({ d: "MILK-G01", v: { flow_rate: 3.1 } }));
    await waitFor(".o_sd_meter_flow:contains(3.1)", { timeout: 3000 });
    expect(".o_sd_meter").toHaveAttribute("data-level", "ok");
});

test("each farm is offered once, and choosing one asks for it", async () => {
    await openMilkingBoard((farm) => expect.step(farm));
    expect.verifySteps([false]);
    await waitFor("select[aria-label='Farm']");
    expect(queryAllTexts("select[aria-label='Farm'] option")).toEqual(["North", "South"]);
    await contains("select[aria-label='Farm']").select("1");
    expect.verifySteps([1]);
});
