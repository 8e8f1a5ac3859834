/** Pure: the limits of each measure as bands of the chart. */
import { _t } from "@web/core/l10n/translation";
import { describeValue } from "../time_chart/words";

function describe({ from, to, side, tank }, unit) {
    switch (side) {
        case "high":
            return _t("Too high: above %(value)s", { value: describeValue(from, unit) });
        case "low":
            return _t("Too low: below %(value)s", { value: describeValue(to, unit) });
    }
    const value = from === null ? `≥ ${describeValue(to, unit)}` : `≤ ${describeValue(from, unit)}`;
    return _t("%(tank)s: %(value)s", { tank, value });
}

/** @param {Array} series as `get_series` gives them */
export function toBands(series) {
    const isOne = series.length === 1;
    return series.flatMap(({ label, unit, bands = [] }) =>
        bands.map((band) => ({
            from: band.from,
            to: band.to,
            start: band.start || undefined,
            end: band.end || undefined,
            unit,
            color: band.tank && band.from === null ? "info" : "danger",
            label: isOne ? describe(band, unit) : `${label}: ${describe(band, unit)}`,
        }))
    );
}
