/** Pure: what a chart shows, in words. */
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { severityLabel } from "../telemetry/format";
import { highOf, lowOf, summarize } from "./points";
import { DAY, MINUTE } from "./window";

const { DateTime } = luxon;

/** A number with its unit, no more decimals than it has. */
export function describeValue(value, unit) {
    if (typeof value !== "number" || Number.isNaN(value)) {
        return "–";
    }
    const number = formatFloat(value, { digits: [16, 2], trailingZeros: false });
    return unit ? `${number} ${unit}` : number;
}

/**
 * A time of the farm. Seconds only where they tell something.
 *
 * @param {number} ms
 * @param {string} tz
 * @param {number} [span] of what is shown, in milliseconds
 */
export function describeTime(ms, tz, span = DAY) {
    const format = { month: "short", day: "numeric", hour: "numeric", minute: "numeric" };
    if (span < 30 * MINUTE) {
        format.second = "numeric";
    }
    return DateTime.fromMillis(ms, { zone: tz }).toLocaleString(format);
}

/** "3.9 °C (3.7 °C to 4.1 °C)" */
export function describePoint(point, unit) {
    const value = describeValue(point[1], unit);
    const [low, high] = [lowOf(point), highOf(point)];
    if (typeof point[1] !== "number" || low === high) {
        return value;
    }
    return _t("%(value)s (%(low)s to %(high)s)", {
        value,
        low: describeValue(low, unit),
        high: describeValue(high, unit),
    });
}

/** One sentence of a series. */
export function describeSeries({ label, unit, points }, tz) {
    const found = summarize(points);
    if (!found) {
        return _t("%(label)s: nothing is known of this time.", { label });
    }
    const { first, last, low, high } = found;
    return _t(
        "%(label)s: from %(first)s on %(from)s to %(last)s on %(to)s; lowest %(low)s, highest %(high)s.",
        {
            label,
            first: describeValue(first[1], unit),
            last: describeValue(last[1], unit),
            low: describeValue(lowOf(low), unit),
            high: describeValue(highOf(high), unit),
            from: describeTime(first[0], tz),
            to: describeTime(last[0], tz),
        }
    );
}

/** "High: Too warm, Mar 4, 5:12 AM" */
export function describeMark({ ms, label, severity }, tz) {
    const time = describeTime(ms, tz);
    const words = severity ? { severity: severityLabel(severity), label, time } : null;
    return words ? _t("%(severity)s: %(label)s, %(time)s", words) : `${label}, ${time}`;
}
