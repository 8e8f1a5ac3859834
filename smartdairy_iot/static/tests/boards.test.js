import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { advanceTime, beforeEach, describe, expect, test, waitFor, waitUntil } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { mockDate } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { WebClient } from "@web/webclient/webclient";
import { ColdChainView, MilkingView } from "@smartdairy_iot/kiosk/kiosk_views";
import { within } from "@smartdairy_iot/telemetry/within";
import {
    defineTelemetryModels,
    makeBoard,
    makeReading,
    NOW,
    sendReadings,
} from "./live_test_helpers";

class FarmTank extends models.Model {
    _name = "farm.tank";
    name = fields.Char();
}

class IotBoard extends models.Model {
    _name = "iot.board";
    name = fields.Char();
    layout = fields.Json();
    _records = [{ id: 5, name: "Morning" }];
}

describe.current.tags("desktop");
defineTelemetryModels();
defineModels({ FarmTank, IotBoard });
beforeEach(() => {
    mockDate(NOW.replace("Z", ""), 0);
    onRpc("farm.farm", "get_live_board", () => makeBoard());
    onRpc("farm.farm", "watch_live", () => null);
    onRpc("farm.farm", "get_live_trends", () => ({}));
});

const AT = Date.parse(NOW);
const MINUTE = 60_000;
const SERIES = { reading_type: "temperature", label: "Temperature", unit: "°C", gap: MINUTE };
const CURVE = {
    tz: "UTC",
    start: AT - 720 * MINUTE,
    end: AT,
    series: { unit: "°C", gap: MINUTE, points: [[AT - 60 * MINUTE, 5, 5, 5]] },
    phases: [],
    limits: { steps: [], floors: [] },
    marks: [],
    milkings: [],
    batch: false,
    previous: false,
    next: false,
};
const TANK = {
    id: 3,
    name: "Bulk tank",
    farm: "North",
    tz: "UTC",
    standard: "EU",
    is_supervised: true,
    probe: "TEMP-G01",
    phase: "storage",
    phase_since: AT - 60 * MINUTE,
    washed_at: AT - 300 * MINUTE,
    temperature: 3.8,
    measured_at: AT,
    volume: null,
    capacity: 0,
    agitator: null,
    due_celsius: 0,
    due_at: false,
    expected_at: false,
    batch: false,
    alert: false,
};

async function open(tag) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({ type: "ir.actions.client", tag });
}

test("a tank tells its temperature of this second, and when it was washed", async () => {
    onRpc("farm.farm", "get_cold_chain_board", () => ({ tanks: [TANK], now: AT }));
    onRpc("farm.tank", "get_cooling_curve", () => CURVE);
    await open("smartdairy_iot.coldchain_board");
    await waitForChannels(["farm.farm_1"]);
    expect(".o_iot_tank_card").toHaveAttribute("data-level", "ok");
    await waitFor("dt:contains(Last wash) + dd:contains(1:00)");
    sendReadings(makeReading({ v: { temperature: 6.4 } }));
    await waitFor(".o_iot_tank_celsius:contains(6.4 °C)", { timeout: 3000 });
});

test("an own board shows its chart as the others do, with its limits in words", async () => {
    const widget = { id: "w1", type: "chart", width: 2, height: 2 };
    const layout = {
        version: 1,
        widgets: [{ ...widget, device_id: 7, measure: "temperature", span: "24h" }],
    };
    const board = {
        id: 5,
        name: "Morning",
        layout,
        is_own: true,
        is_shared: false,
        user_id: [2, "I"],
    };
    onRpc("iot.board", "get_boards", () => [board]);
    onRpc("iot.device", "get_series", ({ args }) => {
        expect.step(`${args[1]} over ${(args[3] - args[2]) / MINUTE} min`);
        return {
            tz: "UTC",
            marks: [],
            series: [{ ...SERIES, points: [[AT, 4, 3, 9]], bands: [] }],
        };
    });
    await open("smartdairy_iot.own_board");
    await waitFor(".o_sd_widget .o_iot_chart_canvas[aria-label*='highest 9 °C']");
    expect(queryAllTexts(".o_sd_widget h3 small")).toEqual(["Temperature · 24h"]);
    expect.verifySteps(["temperature over 1440 min"]);
});

test("what is removed while arranging comes back with Ctrl+Z, and is kept by Save alone", async () => {
    const widget = { id: "w1", type: "kpi", kpi: "online", width: 1, height: 1 };
    const layout = { version: 1, widgets: [widget] };
    const board = {
        id: 5,
        name: "Morning",
        layout,
        is_own: true,
        is_shared: false,
        user_id: [2, "I"],
    };
    onRpc("iot.board", "get_boards", () => [board]);
    onRpc("iot.board", "write", ({ args }) => {
        expect.step(args[1].layout.widgets.length);
        return true;
    });
    await open("smartdairy_iot.own_board");
    await contains(".o_sd_arrange").click();
    await contains(".o_sd_widget_remove").click();
    expect(".o_sd_widget").toHaveCount(0);
    await contains(".o_sd_undo").click();
    expect(".o_sd_widget").toHaveCount(1);
    expect.verifySteps([]);
    await contains(".o_sd_save").click();
    expect.verifySteps([1]);
});

test("a wall reads its tanks again when a device was heard, and not while all is silent", async () => {
    const link = {
        read: async (what) => {
            expect.step(what);
            return { now: AT, tanks: [TANK] };
        },
    };
    await mountWithCleanup(WebClient);
    const telemetry = getService("smartdairy_iot.telemetry");
    telemetry.acquire();
    await waitForChannels(["farm.farm_1"]);
    const heard = () => telemetry.store.devices.get("TEMP-G01")?.time;
    await waitUntil(heard);
    const before = heard();
    const props = { link, page: 0, perPage: 3, onCount: (count) => expect.step(count) };
    onRpc("farm.tank", "get_cooling_curve", () => CURVE);
    await mountWithCleanup(ColdChainView, { props });
    await waitFor(".o_iot_tank_card:contains(Bulk tank)");
    expect.verifySteps(["cold_chain", 1]);
    await advanceTime(40_000);
    expect.verifySteps([]);
    sendReadings(makeReading({ t: 30_000 }));
    await waitUntil(() => heard() !== before, { timeout: 3000 });
    await advanceTime(20_000);
    expect.verifySteps(["cold_chain", 1]);
});

test("a wall on which nothing is measured notices midnight all the same", async () => {
    let liters = 912;
    const today = () => ({ liters, sessions: 1, running: 0 });
    const read = async () => [{ id: 1, name: "North", meters: [], today: today() }];
    await mountWithCleanup(WebClient);
    getService("smartdairy_iot.telemetry").acquire();
    await waitForChannels(["farm.farm_1"]);
    const props = { link: { read }, page: 0, perPage: 3, onCount: () => {} };
    await mountWithCleanup(MilkingView, { props });
    await waitFor(".o_iot_today:contains(912)");
    liters = 0;
    await advanceTime(310_000);
    await waitFor(".o_iot_today:contains(0.0 L)");
});

test("a server that does not answer is a lost one", async () => {
    const silent = Object.assign(new Promise(() => {}), { abort: () => expect.step("abort") });
    const error = await within(silent, 10).catch((found) => found);
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect.verifySteps(["abort"]);
    expect(await within(Promise.resolve(7), 10)).toBe(7);
});
