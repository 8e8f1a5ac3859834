import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import {
    cut,
    describeAnomaly,
    marksOf,
    seriesOf,
    tellApart,
    trendRows,
} from "@smartdairy_iot/analytics/trend";
import { byDay, byHour, liters, percent } from "@smartdairy_iot/milking_board/production";

describe.current.tags("headless");
defineMailModels();
// Words and numbers are those of the user's language.
beforeEach(() => makeMockEnv());

const HOUR = 3600 * 1000;
const NINE = Date.parse("2026-01-05T08:00:00Z"); // in Amsterdam
const ANOMALY = {
    start: NINE,
    end: NINE + HOUR,
    value: 9,
    expected: 4,
    score: 12,
    side: "high",
    hours: 1,
};

function makeTrend(values = {}) {
    const series = [
        { name: "Tank 1", points: [[NINE, 4.1, 3.9, 4.4]], before: [], anomalies: [ANOMALY] },
        { name: "Tank 2", points: [[NINE + HOUR, 5, 5, 5]], before: [], anomalies: [] },
    ];
    return { unit: "°C", tz: "Europe/Amsterdam", series, ...values };
}

test("an hour has one row with all devices, in the farm's time", () => {
    const { columns, rows } = trendRows(makeTrend());
    expect(columns.length).toBe(7);
    expect(rows).toEqual([
        ["2026-01-05 09:00", 4.1, 3.9, 4.4, null, null, null],
        ["2026-01-05 10:00", null, null, null, 5, 5, 5],
    ]);
});

test("devices that two farms call alike are told apart by their farm", () => {
    const devices = [
        { id: 1, name: "Cold store", farm_id: 1 },
        { id: 2, name: "Cold store", farm_id: 2 },
        { id: 3, name: "Tank", farm_id: 1 },
    ];
    const farms = [
        { id: 1, name: "North" },
        { id: 2, name: "South" },
    ];
    expect(tellApart(devices, farms).map(({ name }) => name)).toEqual([
        "Cold store (North)",
        "Cold store (South)",
        "Tank",
    ]);
});

test("only what is on the screen is exported", () => {
    const { rows } = trendRows(cut(makeTrend(), NINE + 1, NINE + HOUR));
    expect(rows.map(([time]) => time)).toEqual(["2026-01-05 10:00"]);
});

test("the time before is a line of its own", () => {
    const trend = makeTrend();
    trend.series[0].before = [[NINE, 3, 3, 3]];
    expect(seriesOf(trend).map(({ label }) => label)).toEqual([
        "Tank 1",
        "Tank 1, the time before",
        "Tank 2",
    ]);
});

test("an anomaly is marked and told with what is usual", () => {
    const [mark] = marksOf(makeTrend());
    expect(mark).toEqual({
        ms: NINE + HOUR / 2,
        severity: "high",
        label: "Tank 1: 9 °C, usual 4 °C",
    });
    const told = describeAnomaly({ ...ANOMALY, name: "Tank 1" }, "°C", "Europe/Amsterdam");
    expect(String(told)).toMatch(/9:00.*Tank 1: 9 °C for 1 h, more than the usual 4 °C/);
});

test("a day has all its hours, an empty one is no bar", () => {
    const { labels, series } = byHour([{ hour: 6, liters: 12 }]);
    expect(labels.length).toBe(24);
    expect(labels[6]).toBe("06:00");
    expect(series[0].values[6]).toBe(12);
    expect(series[0].values[7]).toBe(null);
});

test("days are in order, and only times of day that have milk are shown", () => {
    const told = byDay([
        { day: "2026-01-05", milking: "morning", liters: 20 },
        { day: "2026-01-04", milking: "evening", liters: 15 },
    ]);
    expect(told.labels).toEqual(["2026-01-04", "2026-01-05"]);
    expect(told.series.map(({ label, values }) => [label, values])).toEqual([
        ["Morning", [null, 20]],
        ["Evening", [15, null]],
    ]);
});

test("less milk has a sign, and what is not known no number", () => {
    expect(percent(-12.4)).toBe("−12 %");
    expect(percent(3)).toBe("+3 %");
    expect(percent(null)).toBe("–");
    expect(liters(null)).toBe("–");
    expect(liters(20)).toBe("20.0 L");
});
