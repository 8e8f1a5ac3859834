/** Pure helpers: durations, times and percentages in words. */
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";

const { DateTime } = luxon;

const STEPS = [
    [86400, _t("d")],
    [3600, _t("h")],
    [60, _t("min")],
    [1, _t("s")],
];

/**
 * Its two largest units: ``2 h 5 min``.
 *
 * @param {number} seconds
 */
export function describeDuration(seconds) {
    let rest = Math.round(seconds);
    const parts = [];
    for (const [size, unit] of STEPS) {
        const count = Math.floor(rest / size);
        rest -= count * size;
        if (count || (size === 1 && !parts.length)) {
            parts.push(`${count} ${unit}`);
        } else if (parts.length) {
            break;
        }
        if (parts.length === 2) {
            break;
        }
    }
    return parts.join(" ");
}

/** @param {number | null} percent null where nothing is known */
export function describePercent(percent) {
    if (percent === null) {
        return _t("unknown");
    }
    // 99.996 % is not all of it.
    const shown = percent < 100 ? Math.min(percent, 99.99) : 100;
    return `${formatFloat(shown, { digits: [5, 2], trailingZeros: false })} %`;
}

/** A time of the farm, short: the last month at most is told of. */
export function describeTime(iso, tz) {
    return DateTime.fromISO(iso, { zone: tz }).toLocaleString({
        month: "short",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
    });
}
