import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { localization } from "@web/core/l10n/localization";
import {
    compareAlerts,
    deviceStatus,
    formatAge,
    formatLimits,
    formatMeasure,
    formatQuantity,
    heardAt,
    isListed,
    isStale,
    mainMeasure,
    statusLabel,
    toMillis,
} from "@smartdairy_iot/telemetry/format";

describe.current.tags("headless");

beforeEach(() => {
    allowTranslations();
    patchWithCleanup(localization, { decimalPoint: ".", grouping: [3, 0], thousandsSep: "," });
});

const TIME = "2026-01-05T06:00:00Z";

test("a time without zone is UTC", () => {
    const expected = Date.UTC(2026, 0, 5, 6);
    expect(toMillis(TIME)).toBe(expected);
    expect(toMillis("2026-01-05T06:00:00")).toBe(expected);
    expect(toMillis("2026-01-05 06:00:00")).toBe(expected);
    expect(toMillis("2026-01-05T12:00:00+06:00")).toBe(expected);
    expect(toMillis(false)).toBe(NaN);
});

test("age counts in the largest whole unit, and never backwards", () => {
    expect(formatAge(-5000)).toBe("0 s ago");
    expect(formatAge(12_900)).toBe("12 s ago");
    expect(formatAge(60_000)).toBe("1 min ago");
    expect(formatAge(3_599_000)).toBe("59 min ago");
    expect(formatAge(2 * 3_600_000)).toBe("2 h ago");
    expect(formatAge(3 * 86_400_000)).toBe("3 d ago");
});

test("numbers keep the decimals that matter", () => {
    expect(formatMeasure("temperature", 4)).toBe("4.0");
    expect(formatMeasure("temperature", 3.456)).toBe("3.46");
    expect(formatMeasure("humidity", 81)).toBe("81");
    expect(formatMeasure("somatic_cell_count", 120000)).toBe("120,000");
    expect(formatMeasure("temperature", 0)).toBe("0.0");
    expect(formatMeasure("temperature", null)).toBe("–");
    expect(formatMeasure("temperature", undefined)).toBe("–");
    expect(formatQuantity("temperature", 3.8, "°C")).toBe("3.8 °C");
    expect(formatQuantity("ph", 6.7, undefined)).toBe("6.7");
});

test("limits may have one side, and zero is a limit", () => {
    expect(formatLimits({ low: 2, high: 4 }, "°C")).toBe("2 – 4 °C");
    expect(formatLimits({ low: false, high: 4.5 }, "°C")).toBe("≤ 4.5 °C");
    expect(formatLimits({ low: 0, high: false })).toBe("≥ 0");
    expect(formatLimits({ low: false, high: false }, "°C")).toBe("");
});

test("status: what was never heard has no data, what is offline is not in alarm", () => {
    const device = { device_type: "temperature", time: TIME, online: true, is_alarm: false };
    expect(deviceStatus(device)).toBe("ok");
    expect(deviceStatus({ ...device, is_alarm: true })).toBe("alarm");
    expect(deviceStatus({ ...device, is_alarm: true, online: false })).toBe("offline");
    expect(deviceStatus({ ...device, fault: "stuck_temperature" })).toBe("fault");
    expect(deviceStatus({ ...device, time: false, last_seen: TIME })).toBe("nodata");
});

test("a gateway has no reading of its own: its presence counts", () => {
    const gateway = { device_type: "gateway", time: false, last_seen: TIME, online: true };
    expect(deviceStatus(gateway)).toBe("ok");
    expect(heardAt(gateway)).toBe(toMillis(TIME));
    expect(deviceStatus({ ...gateway, last_seen: false })).toBe("nodata");
});

test("data is old after the time that the device itself promised", () => {
    const device = { device_type: "temperature", time: TIME, offline_after_s: 60 };
    expect(isStale(device, toMillis(TIME) + 60_000)).toBe(false);
    expect(isStale(device, toMillis(TIME) + 60_001)).toBe(true);
    expect(isStale({ ...device, time: false }, toMillis(TIME))).toBe(false);
});

test("the main measure falls back on whatever the device sent", () => {
    expect(mainMeasure({ device_type: "milk_meter", values: { fat_percent: 4, volume: 2 } })).toBe(
        "volume"
    );
    expect(mainMeasure({ device_type: "milk_meter", values: { flow_rate: 2 } })).toBe("flow_rate");
    expect(mainMeasure({ device_type: "humidity", values: {} })).toBe("humidity");
    expect(mainMeasure({ device_type: "gateway", values: {} })).toBe(undefined);
});

test("status in words", () => {
    const label = (device) => statusLabel(device).toString();
    expect(label({ status: "alarm", alarm_type: "temperature_high" })).toBe("Too high");
    expect(label({ status: "alarm", alarm_type: "temperature_low" })).toBe("Too low");
    expect(label({ status: "alarm", alarm_type: false })).toBe("Alarm");
    expect(label({ status: "fault", fault: "stuck_temperature" })).toBe("Value stuck");
    expect(label({ status: "fault", fault: "jump_ph" })).toBe("Impossible jump");
    expect(label({ status: "fault", fault: "probe_error_temperature" })).toBe("Probe fault");
    expect(label({ status: "ok", stale: true })).toBe("Old data");
    expect(label({ status: "ok", stale: false })).toBe("OK");
});

test("an alert is listed until it is closed, or over and seen", () => {
    expect(isListed({ state: "active", is_active: true, acknowledged_at: false })).toBe(true);
    expect(isListed({ state: "acknowledged", is_active: true, acknowledged_at: TIME })).toBe(true);
    expect(isListed({ state: "active", is_active: false, acknowledged_at: false })).toBe(true);
    expect(isListed({ state: "acknowledged", is_active: false, acknowledged_at: TIME })).toBe(
        false
    );
    expect(isListed({ state: "resolved", is_active: false, acknowledged_at: false })).toBe(false);
    expect(isListed({ state: "dismissed", is_active: true, acknowledged_at: false })).toBe(false);
});

test("alerts: what needs somebody first, then the worst, then the newest", () => {
    const alerts = [
        { id: 1, severity: "critical", acknowledged_at: TIME, created_at: TIME },
        { id: 2, severity: "low", created_at: "2026-01-05T07:00:00Z" },
        { id: 3, severity: "high", created_at: "2026-01-05T05:00:00Z" },
        { id: 4, severity: "high", created_at: TIME },
    ];
    expect(alerts.sort(compareAlerts).map(({ id }) => id)).toEqual([4, 3, 2, 1]);
});
