/** Pure: litres by hour and by day, as a chart wants them. */
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";

const HOURS = 24;

export function liters(value) {
    return value === null || value === undefined
        ? "–"
        : `${formatFloat(value, { digits: [16, 1] })} L`;
}

/** "−12 %", with its sign: less is not only red. */
export function percent(value) {
    if (value === null || value === undefined) {
        return "–";
    }
    const number = formatFloat(Math.abs(value), { digits: [16, 0] });
    return `${value < 0 ? "−" : "+"}${number} %`;
}

/** All hours of the farm's day: what is empty is seen to be empty. */
export function byHour(rows) {
    const known = new Map(rows.map((row) => [row.hour, row.liters]));
    const hours = [...Array(HOURS).keys()];
    return {
        labels: hours.map((hour) => `${String(hour).padStart(2, "0")}:00`),
        series: [{ label: String(_t("Litres")), values: hours.map((h) => known.get(h) ?? null) }],
    };
}

/** Days that have milk, each by the time of day it was milked at. */
export function byDay(rows) {
    const labels = [...new Set(rows.map(({ day }) => day))].sort();
    const known = new Map(rows.map((row) => [row.day + row.milking, row.liters]));
    const names = { morning: _t("Morning"), evening: _t("Evening"), other: _t("Other") };
    const series = Object.entries(names).map(([id, label]) => ({
        id,
        label: String(label),
        values: labels.map((day) => known.get(day + id) ?? null),
    }));
    return { labels, series: series.filter(({ values }) => values.some((v) => v !== null)) };
}
