import { beforeEach, describe, expect, test, waitFor, waitUntil } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    getService,
    MockServer,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import {
    defineTelemetryModels,
    makeAlert,
    makeBoard,
    makeReading,
    NOW,
    openBoard,
    sendReadings,
} from "./live_test_helpers";

class FarmTank extends models.Model {
    _name = "farm.tank";
    has_access() {
        return true;
    }
}

describe.current.tags("desktop");
defineTelemetryModels();
defineModels({ FarmTank });
beforeEach(() => mockDate(NOW.replace("Z", ""), 0));

const AT = Date.parse(NOW);

async function open(tag) {
    onRpc("farm.farm", "get_live_board", () => makeBoard({ now: new Date().toISOString() }));
    onRpc("farm.farm", "watch_live", () => null);
    await mountWithCleanup(WebClient);
    await getService("action").doAction({ type: "ir.actions.client", tag });
}

/** Not core's `waitForChannels`: it runs all timers, and mail's "away" is half an hour ahead. */
function isSubscribed(channel) {
    const { env } = MockServer;
    return [...(env["bus.bus"].channelsByUser[env.uid] || [])].includes(channel);
}

describe("the board of a device", () => {
    test("without a device it says what to do", async () => {
        onRpc("iot.device", "get_first_device", () => false);
        await open("smartdairy_iot.device_board");
        await waitFor(".o_sd_board_frame button:contains(Register a device)");
    });
});

describe("the cold chain", () => {
    const TANK = {
        ...{ id: 1, name: "Bulk tank", farm: "Green Valley", tz: "UTC", probe: "TEMP-G01" },
        ...{ phase: "cooling", phase_since: AT, temperature: 6.2, measured_at: AT },
        ...{ volume: 900, capacity: 4000, agitator: 1, batch: false, standard: "Grade A" },
        ...{ due_celsius: 7, due_at: AT + 30 * 60_000, expected_at: AT + 10 * 60_000 },
        ...{ is_supervised: true, alert: null },
    };

    test("a tank's temperature follows the bus, its time to the limit the clock", async () => {
        onRpc("farm.farm", "get_cold_chain_board", () => ({ now: Date.now(), tanks: [TANK] }));
        onRpc("farm.tank", "get_cooling_curve", () => ({
            ...{ tz: "UTC", start: AT - 43_200_000, end: AT, phases: [], marks: [] },
            ...{ milkings: [], batch: false, previous: false, next: false },
            limits: { steps: [], floors: [] },
            series: { unit: "°C", gap: 600, points: [[AT - 60_000, 6.2, 6.2, 6.2]] },
        }));
        await open("smartdairy_iot.coldchain_board");
        await waitFor(".o_iot_tank_celsius:contains(3.8)", { timeout: 3000 });
        expect(".o_iot_tank_due").toHaveText("Must be ≤ 7 °C in 30 min");
        await waitUntil(() => isSubscribed("farm.farm_1"), { timeout: 3000 });
        sendReadings(makeReading({ v: { temperature: 3.9 }, t: 1 }));
        await advanceTime(2000);
        await waitFor(".o_iot_tank_celsius:contains(3.9)", { timeout: 3000 });
        await advanceTime(60_000);
        await waitFor(".o_iot_tank_due:contains(in 29 min)");
        await contains(".o_iot_tank_card h2 button").click();
        await waitFor(".o_iot_tank_back");
        expect(queryAllTexts(".o_iot_tank dd")).toInclude("Grade A");
    });

    test("without a tank it says what to do", async () => {
        onRpc("farm.farm", "get_cold_chain_board", () => ({ now: AT, tanks: [] }));
        await open("smartdairy_iot.coldchain_board");
        await waitFor(".o_sd_board_frame button:contains(Create a tank)");
    });
});

test("a quantity is read from left to right also where people write the other way", async () => {
    await openBoard();
    const quantity = await waitFor("[data-device-id='TEMP-G01'] .o_sd_quantity");
    expect(quantity).toHaveAttribute("dir", "ltr");
    expect(quantity).toHaveText(/3.8\s*°C/);
});

test("of many alerts fifty are drawn, and the others when asked for", async () => {
    const alerts = [...Array(120).keys()].map((n) => makeAlert({ id: n + 1 }));
    await openBoard(makeBoard({ alerts }));
    await waitFor(".o_sd_alert");
    expect(".o_sd_alert").toHaveCount(50);
    expect(".o_sd_alerts h2 .badge").toHaveText("120");
    await contains(".o_sd_more:contains(70)").click();
    await contains(".o_sd_more:contains(20)").click();
    expect(".o_sd_alert").toHaveCount(120);
    expect(".o_sd_more").toHaveCount(0);
});
