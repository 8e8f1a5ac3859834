import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { beforeEach, describe, expect, test, waitFor } from "@odoo/hoot";
import { mockDate } from "@odoo/hoot-mock";
import { getService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { toBands } from "@smartdairy_iot/device_board/limit_bands";
import { addMessage, isOnlineNow } from "@smartdairy_iot/device_board/live_panels";
import {
    ago,
    defineTelemetryModels,
    makeBoard,
    makeReading,
    NOW,
    sendReadings,
} from "./live_test_helpers";

describe.current.tags("desktop");
defineTelemetryModels();
beforeEach(() => mockDate(NOW.replace("Z", ""), 0));

const AT = Date.parse(ago(60));
const TYPES = [{ id: "temperature", label: "Temperature", unit: "°C" }];
const DEVICE = {
    id: 7,
    name: "Tank 1",
    device_id: "TEMP-G01",
    device_type: "temperature",
    type_label: "Temperature",
    state_label: "Active",
    farm: "North",
    place: "",
    tz: "UTC",
    interval: 5,
    reading_types: TYPES,
};
const HEALTH = {
    is_online: true,
    uptime: { day: 100, week: 99, month: 98 },
    outage_count: 0,
    start: ago(86_400),
    end: NOW,
    spans: [],
    tz: "UTC",
};
const BOARD = {
    device: DEVICE,
    neighbours: { previous: false, next: false },
    health: HEALTH,
    messages: [{ ms: AT, is_alarm: false, values: [["temperature", 3.8, "°C"]] }],
    rejected: null,
    credentials: null,
    configuration: null,
};
const SERIES = { reading_type: "temperature", label: "Temperature", unit: "°C", gap: 60_000 };

test("the newest message comes with the bus, without asking the server", async () => {
    onRpc("farm.farm", "get_live_board", () => makeBoard());
    onRpc("farm.farm", "watch_live", () => null);
    onRpc("iot.device", "get_first_device", () => 7);
    onRpc("iot.device", "get_device_board", () => {
        expect.step("asked");
        return BOARD;
    });
    onRpc("iot.device", "get_series", () => ({
        series: [{ ...SERIES, points: [[AT, 3.8, 3.8, 3.8]], bands: [] }],
        marks: [],
    }));
    await mountWithCleanup(WebClient);
    const action = { type: "ir.actions.client", tag: "smartdairy_iot.device_board" };
    await getService("action").doAction(action);
    await waitForChannels(["farm.farm_1"]);
    sendReadings(makeReading({ v: { temperature: 4.9 } }));
    await waitFor(".o_iot_device_messages td:contains(4.9 °C)", { timeout: 3000 });
    expect.verifySteps(["asked"]);
});

test("what is not newer adds no message, and twenty are kept", () => {
    const messages = Array.from({ length: 20 }, (_x, i) => ({ ms: AT - i, values: [] }));
    const entry = { time: ago(60), values: { temperature: 4 }, status: "alarm" };
    expect(addMessage(messages, entry, TYPES)).toBe(null);
    const added = addMessage(messages, { ...entry, time: ago(5) }, TYPES);
    expect(added).toHaveLength(20);
    expect(added[0].values).toEqual([["temperature", 4, "°C"]]);
    expect(added[0].is_alarm).toBe(true);
    expect(addMessage([], { values: {} }, TYPES)).toBe(null);
});

test("nothing known is neither online nor offline", () => {
    expect(["nodata", "offline", "alarm"].map((status) => isOnlineNow({ status }))).toEqual([
        null,
        false,
        true,
    ]);
});

test("each measure has its limits, on the axis of its unit; a tank's are named", () => {
    const humidity = {
        label: "Humidity",
        unit: "%",
        bands: [{ from: 90, to: null, side: "high" }],
    };
    const bands = [{ from: 6, to: null, side: "tank", tank: "Tank 7", start: AT, end: false }];
    const [first, second] = toBands([{ ...SERIES, bands }, humidity]);
    expect([first.unit, first.start, first.label]).toEqual([
        "°C",
        AT,
        "Temperature: Tank 7: ≤ 6 °C",
    ]);
    expect([second.unit, second.label]).toEqual(["%", "Humidity: Too high: above 90 %"]);
});
