import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { beforeEach, describe, expect, test, waitFor, waitUntil } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { getService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { WebClient } from "@web/webclient/webclient";
import { ColdChainView, MilkingView } from "@smartdairy_iot/kiosk/kiosk_views";
import { within } from "@smartdairy_iot/telemetry/within";
import { MINUTE } from "@smartdairy_iot/time_chart/window";
import {
    defineTelemetryModels,
    makeReading,
    NOW,
    sendReadings,
    serveBoard,
    startAtNow,
} from "./live_test_helpers";

describe.current.tags("desktop");
defineTelemetryModels();
beforeEach(() => {
    startAtNow();
    serveBoard();
});

const AT = Date.parse(NOW);
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
