import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { describe, expect, test, waitFor } from "@odoo/hoot";
import { allowTranslations, onRpc } from "@web/../tests/web_test_helpers";
import { addLive, fromWindow, toRows, toWindow } from "@smartdairy_iot/device_board/curve_window";
import { toBands } from "@smartdairy_iot/device_board/limit_bands";
import { addMessage, isOnlineNow } from "@smartdairy_iot/device_board/live_panels";
import { HOUR, MINUTE } from "@smartdairy_iot/time_chart/window";
import {
    ago,
    makeReading,
    NOW,
    openAction,
    sendReadings,
    serveBoard,
    setUpTelemetry,
} from "./live_test_helpers";

setUpTelemetry();

const AT = Date.parse(ago(60));
const END = Date.parse(NOW);
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
    serveBoard();
    onRpc("iot.device", "get_first_device", () => 7);
    onRpc("iot.device", "get_device_board", () => {
        expect.step("asked");
        return BOARD;
    });
    onRpc("iot.device", "get_series", () => ({
        series: [{ ...SERIES, points: [[AT, 3.8, 3.8, 3.8]], bands: [] }],
        marks: [],
    }));
    await openAction("device_board");
    await waitForChannels(["farm.farm_1"]);
    sendReadings(makeReading({ v: { temperature: 4.9 } }));
    await waitFor(".o_iot_device_messages td:contains(4.9 °C)", { timeout: 3000 });
    expect.verifySteps(["asked"]);
});

test("without a device it says what to do", async () => {
    serveBoard();
    onRpc("iot.device", "get_first_device", () => false);
    await openAction("device_board");
    await waitFor(".o_sd_board_frame button:contains(Register a device)");
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
    allowTranslations();
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

describe("curves of a device", () => {
    test("a window that reaches the present follows the clock", () => {
        expect(toWindow({ span: 60, end: 0 }, END)).toEqual({ start: END - HOUR, end: END });
        expect(fromWindow({ start: END - HOUR, end: END }, END)).toEqual({ span: 60, end: 0 });
        const past = { start: END - 3 * HOUR, end: END - HOUR };
        expect(fromWindow(past, END)).toEqual({ span: 120, end: END - HOUR });
        expect(toWindow(fromWindow(past, END), END + MINUTE)).toEqual(past);
    });

    test("only what is newer is added, and the series that was drawn stays as it is", () => {
        const points = [[1, 4, 4, 4]];
        expect(addLive(points, 2, 5)).toEqual([...points, [2, 5, 5, 5]]);
        expect(points).toHaveLength(1);
        expect(addLive(points, 1, 5)).toBe(null);
        expect(addLive(points, NaN, 5)).toBe(null);
        expect(addLive(points, 2, undefined)).toBe(null);
    });

    test("an export has each point with its measure and unit", () => {
        const series = [{ label: "Temperature", unit: "°C", points: [[1, 4, 3, 5]] }];
        expect(toRows(series, String)).toEqual([["1", "Temperature", 4, 3, 5, "°C"]]);
    });
});
