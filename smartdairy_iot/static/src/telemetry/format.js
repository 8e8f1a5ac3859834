/** Pure helpers: what a device or an alert is, in words and numbers. */
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { MAIN_MEASURE } from "./main_measure";

const { DateTime } = luxon;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Measures that keep a decimal when they are whole, so that the number does not jump. */
const WITH_DECIMAL = new Set(["temperature", "ph", "flow_rate", "volume", "pressure"]);

export const SEVERITIES = ["critical", "high", "medium", "low"];

/**
 * Milliseconds since the epoch. A timestamp without zone is UTC, as everywhere in Odoo.
 *
 * @param {string | number | false} iso a number is milliseconds already
 * @returns {number} NaN when there is no time
 */
export function toMillis(iso) {
    if (!iso || typeof iso === "number") {
        return iso || NaN;
    }
    return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(iso) ? iso : `${iso.replace(" ", "T")}Z`);
}

/** When the device was last heard: a gateway has no reading of its own, only its presence. */
export function heardAt({ device_type, time, last_seen }) {
    return toMillis(time || (device_type === "gateway" && last_seen));
}

/** It publishes through a gateway that has gone, and was not heard since. */
export function isCutOff(device, gateway) {
    const lostAt = gateway && !gateway.online ? toMillis(gateway.last_seen) : NaN;
    return !isNaN(lostAt) && !(toMillis(device.last_seen || device.time) > lostAt);
}

/** @returns {"ok" | "alarm" | "fault" | "offline" | "nodata"} */
export function deviceStatus(device) {
    if (isNaN(heardAt(device))) {
        return "nodata";
    }
    if (!device.online || device.cut_off) {
        return "offline";
    }
    if (device.is_alarm) {
        return "alarm";
    }
    return device.fault ? "fault" : "ok";
}

/** Older than the device itself promised: shown, but not to be trusted as current. */
export function isStale(device, now) {
    return now - heardAt(device) > device.offline_after_s * 1000;
}

export function mainMeasure({ device_type, values }) {
    const measure = MAIN_MEASURE[device_type];
    return measure in values ? measure : (Object.keys(values)[0] ?? measure);
}

export function formatMeasure(measure, value) {
    if (typeof value !== "number") {
        return "–";
    }
    const zeros = WITH_DECIMAL.has(measure) ? { minDigits: 1 } : { trailingZeros: false };
    return formatFloat(value, { digits: [16, 2], ...zeros });
}

/** "3.8 °C" */
export function formatQuantity(measure, value, unit) {
    return [formatMeasure(measure, value), unit].filter(Boolean).join(" ");
}

/** "2 – 4 °C", "≤ 4 °C", "≥ 2 °C" or nothing. */
export function formatLimits({ low, high }, unit = "") {
    const bound = (value) => formatFloat(value, { trailingZeros: false });
    const hasLow = typeof low === "number";
    const hasHigh = typeof high === "number";
    if (!hasLow && !hasHigh) {
        return "";
    }
    const sign = hasLow ? "≥" : "≤";
    const limits =
        hasLow && hasHigh
            ? `${bound(low)} – ${bound(high)}`
            : `${sign} ${bound(hasLow ? low : high)}`;
    return `${limits} ${unit}`.trim();
}

/** "12 s ago", of a duration in milliseconds; clocks that run ahead count as now. */
export function formatAge(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    if (seconds < MINUTE) {
        return _t("%(count)s s ago", { count: seconds });
    }
    if (seconds < HOUR) {
        return _t("%(count)s min ago", { count: Math.floor(seconds / MINUTE) });
    }
    if (seconds < DAY) {
        return _t("%(count)s h ago", { count: Math.floor(seconds / HOUR) });
    }
    return _t("%(count)s d ago", { count: Math.floor(seconds / DAY) });
}

/** "09:41", in the time zone of the user. */
export function formatClock(millis) {
    return DateTime.fromMillis(millis).toLocaleString(DateTime.TIME_24_SIMPLE);
}

export function statusLabel({ status, stale, alarm_type, fault, cut_off }) {
    switch (status) {
        case "nodata":
            return _t("No data yet");
        case "offline":
            return cut_off ? _t("Gateway offline") : _t("Offline");
        case "alarm":
            return alarmLabel(alarm_type);
        case "fault":
            return faultLabel(fault);
    }
    return stale ? _t("Old data") : _t("OK");
}

function alarmLabel(alarmType) {
    if (/high/.test(alarmType)) {
        return _t("Too high");
    }
    return /low/.test(alarmType) ? _t("Too low") : _t("Alarm");
}

function faultLabel(fault) {
    if (fault.startsWith("stuck")) {
        return _t("Value stuck");
    }
    return fault.startsWith("jump") ? _t("Impossible jump") : _t("Probe fault");
}

export function deviceTypeLabel(type) {
    return {
        temperature: _t("Temperature"),
        milk_meter: _t("Milk Meter"),
        ph_sensor: _t("pH Sensor"),
        flow_sensor: _t("Flow Sensor"),
        humidity: _t("Humidity"),
        pressure: _t("Pressure"),
        gateway: _t("Gateway"),
    }[type];
}

export function severityLabel(severity) {
    return {
        critical: _t("Critical"),
        high: _t("High"),
        medium: _t("Medium"),
        low: _t("Low"),
    }[severity];
}

/** An alert leaves the list when it is closed, or when it is over and somebody has seen it. */
export function isListed({ state, is_active, is_historic, acknowledged_at }) {
    const isOver = ["resolved", "dismissed"].includes(state) || is_historic;
    return !isOver && Boolean(is_active || !acknowledged_at);
}

/** What needs somebody comes first, then the worst, then the newest. */
export function compareAlerts(a, b) {
    return (
        Boolean(a.acknowledged_at) - Boolean(b.acknowledged_at) ||
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        toMillis(b.created_at) - toMillis(a.created_at) ||
        b.id - a.id
    );
}
