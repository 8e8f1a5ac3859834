/** Pure: which spans one may choose, what is live, and live points. */
import { _t } from "@web/core/l10n/translation";
import { MINUTE } from "../time_chart/window";

/** Minutes. */
export const SPANS = [
    { id: 15, label: _t("15 min") },
    { id: 60, label: _t("1 h") },
    { id: 360, label: _t("6 h") },
    { id: 1440, label: _t("24 h") },
    { id: 10080, label: _t("7 d") },
    { id: 43200, label: _t("30 d") },
    { id: 129600, label: _t("90 d") },
];

/** Of live points that are kept until the series is fetched again. */
export const MOST_LIVE = 300;

/** @param {{span: number, end: number}} shown minutes, and ms: 0 follows the clock */
export function toWindow({ span, end }, now) {
    const last = end || now;
    return { start: last - span * MINUTE, end: last };
}

/** A window that reaches the present follows the clock. */
export function fromWindow({ start, end }, now) {
    const isNow = end >= now - 0.02 * (end - start);
    return { span: Math.round(((end - start) / MINUTE) * 100) / 100, end: isNow ? 0 : end };
}

/**
 * What the bus brought, added to a fetched series; the old array stays as it is.
 *
 * @returns {Array | null} null when there is nothing new, or too much for one more
 */
export function addLive(points, ms, value) {
    const last = points.at(-1);
    if (typeof value !== "number" || Number.isNaN(ms) || (last && ms <= last[0])) {
        return null;
    }
    return [...points, [ms, value, value, value]];
}

/** Columns and rows of an export. */
export function toRows(series, describe) {
    return series.flatMap(({ label, unit, points }) =>
        points.map(([ms, average, low, high]) => [describe(ms), label, average, low, high, unit])
    );
}
