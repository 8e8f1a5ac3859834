/** Pure: how a tank is, in words, and how urgent that is. */
import { _t } from "@web/core/l10n/translation";
import { describeDuration } from "../device_health/words";
import { describeValue } from "../time_chart/words";
import { MINUTE } from "../time_chart/window";

const OLD = 10 * MINUTE;

/** Colours of Odoo's palette; each phase has its name and an icon too. */
export const PHASES = {
    empty: { label: _t("Empty"), icon: "fa-circle-o", color: "secondary" },
    filling: { label: _t("Filling"), icon: "fa-arrow-down", color: 0 },
    cooling: { label: _t("Cooling"), icon: "fa-snowflake-o", color: 1 },
    storage: { label: _t("Storage"), icon: "fa-archive", color: "success" },
    emptying: { label: _t("Emptying"), icon: "fa-truck", color: 3 },
    washing: { label: _t("Washing"), icon: "fa-shower", color: 4 },
};

/** @returns {"danger" | "warning" | "ok" | "old" | "none"} what the card looks like */
export function tankLevel(tank, now) {
    if (tank.alert) {
        return ["critical", "high"].includes(tank.alert.severity) ? "danger" : "warning";
    }
    if (tank.due_at && tank.due_at < now) {
        return "danger";
    }
    if (!tank.is_supervised || !tank.measured_at || !tank.phase) {
        return "none";
    }
    if (now - tank.measured_at > OLD) {
        return "old";
    }
    return tank.due_at && tank.expected_at > tank.due_at ? "warning" : "ok";
}

const LEVEL_ICONS = {
    danger: "fa-exclamation-circle",
    warning: "fa-exclamation-triangle",
    ok: "fa-check-circle",
    old: "fa-clock-o",
    none: "fa-question-circle-o",
};

export function tankIcon(level) {
    return LEVEL_ICONS[level];
}

/** "Must be ≤ 7 °C in 23 min", "Late since 12 min: ≤ 7 °C", or nothing. */
export function describeDue({ due_celsius, due_at }, now) {
    if (!due_celsius) {
        return "";
    }
    const limit = `≤ ${describeValue(due_celsius, "°C")}`;
    if (!due_at) {
        return _t("Then %(limit)s, counted from the end of the milking", { limit });
    }
    const minutes = Math.round(Math.abs(due_at - now) / MINUTE);
    const duration = describeDuration(60 * minutes || Math.round(Math.abs(due_at - now) / 1000));
    return due_at >= now
        ? _t("Must be %(limit)s in %(duration)s", { limit, duration })
        : _t("Late for %(duration)s: must be %(limit)s", { limit, duration });
}

/** The standard's limits as bands of the chart: each from its deadline on. */
export function toBands({ steps, floors }) {
    const limit = (celsius) => describeValue(celsius, "°C");
    return [
        ...steps.map(({ celsius, from, until }) => ({
            from: celsius,
            to: null,
            start: from,
            end: until || undefined,
            color: "danger",
            label: `≤ ${limit(celsius)}`,
        })),
        ...floors.map((celsius) => ({
            from: null,
            to: celsius,
            color: "info",
            label: `≥ ${limit(celsius)}`,
        })),
    ];
}

/**
 * Twelve hours of which one was measured are a line at the edge: what is empty before the first
 * value is left out, but for a little. One can still zoom out to it.
 */
export function whereMeasured({ start, end, series, phases }) {
    const starts = phases.map((phase) => phase.start).filter((ms) => ms >= start);
    const first = Math.min(series.points[0]?.[0] ?? start, ...starts);
    const least = end - 30 * MINUTE;
    return { start: Math.max(start, Math.min(first - (end - first) / 20, least)), end };
}

/** @param {number} end what still goes on lasts until then */
export function toPhases(phases, end) {
    return phases.map((one) => ({
        start: one.start,
        end: one.end || end,
        label: PHASES[one.phase].label.toString(),
        color: PHASES[one.phase].color,
    }));
}

/** What the bus brought since, added to the curve. */
export function liveTemperature(device) {
    const value = device?.values?.temperature;
    return device && !device.fault && typeof value === "number" ? value : null;
}
