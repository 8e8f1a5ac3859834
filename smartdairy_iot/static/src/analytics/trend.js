/** Pure: trends and their anomalies, as chart, list and table want them. */
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";

const { DateTime } = luxon;
const HOUR = 3600 * 1000;
/** An hour that is missing is seen as a gap. */
const GAP = 2 * HOUR;

/** Farms call their devices alike: then the farm tells them apart. */
export function tellApart(devices, farms) {
    const farmNames = new Map(farms.map(({ id, name }) => [id, name]));
    const counts = new Map();
    for (const { name } of devices) {
        counts.set(name, (counts.get(name) || 0) + 1);
    }
    return devices.map((device) =>
        counts.get(device.name) > 1 && farmNames.has(device.farm_id)
            ? { ...device, name: `${device.name} (${farmNames.get(device.farm_id)})` }
            : device
    );
}

export function seriesOf({ series, unit }) {
    return series.flatMap(({ name, points, before }, index) => {
        const now = { label: name, unit, points, gap: GAP, color: 2 * index };
        const then = { points: before, unit, gap: GAP, color: 2 * index + 1 };
        then.label = String(_t("%(name)s, the time before", { name }));
        return before.length ? [now, then] : [now];
    });
}

export function marksOf({ series, unit }) {
    return series.flatMap(({ name, anomalies }) =>
        anomalies.map((told) => ({
            ms: (told.start + told.end) / 2,
            severity: Math.abs(told.score) > 7 ? "high" : "medium",
            label: String(
                _t("%(name)s: %(value)s, usual %(expected)s", {
                    name,
                    value: quantity(told.value, unit),
                    expected: quantity(told.expected, unit),
                })
            ),
        }))
    );
}

function quantity(value, unit) {
    return `${formatFloat(value, { digits: [16, 2], trailingZeros: false })} ${unit}`;
}

export function describeAnomaly({ name, start, hours, value, expected, side }, unit, tz) {
    const said = {
        name,
        time: DateTime.fromMillis(start, { zone: tz }).toLocaleString(DateTime.DATETIME_MED),
        hours,
        value: quantity(value, unit),
        expected: quantity(expected, unit),
    };
    return side === "high"
        ? _t(
              "%(time)s, %(name)s: %(value)s for %(hours)s h, more than the usual %(expected)s",
              said
          )
        : _t(
              "%(time)s, %(name)s: %(value)s for %(hours)s h, less than the usual %(expected)s",
              said
          );
}

/** The part of it that is on the screen. */
export function cut(trend, start, end) {
    const inside = ([ms]) => ms >= start && ms <= end;
    return {
        ...trend,
        series: trend.series.map((one) => ({
            ...one,
            points: one.points.filter(inside),
            before: one.before.filter(inside),
        })),
    };
}

/** One row for each hour in which anything was measured, in the farm's time. */
export function trendRows({ series, unit, tz }) {
    const shown = seriesOf({ series, unit });
    const columns = [String(_t("Time (%(tz)s)", { tz }))];
    const byTime = new Map();
    shown.forEach(({ label, points }, index) => {
        columns.push(
            `${label} (${unit})`,
            String(_t("%(label)s, lowest", { label })),
            String(_t("%(label)s, highest", { label }))
        );
        for (const [ms, average, low, high] of points) {
            const row = byTime.get(ms) || Array(3 * shown.length).fill(null);
            row.splice(3 * index, 3, average, low ?? null, high ?? null);
            byTime.set(ms, row);
        }
    });
    const time = (ms) => DateTime.fromMillis(ms, { zone: tz }).toFormat("yyyy-MM-dd HH:mm");
    const rows = [...byTime].sort(([a], [b]) => a - b).map(([ms, row]) => [time(ms), ...row]);
    return { columns, rows };
}

export function anomalyRows({ series, tz, unit }) {
    const time = (ms) => DateTime.fromMillis(ms, { zone: tz }).toFormat("yyyy-MM-dd HH:mm");
    return {
        columns: [
            _t("Device"),
            _t("From"),
            _t("To"),
            _t("Value (%(unit)s)", { unit }),
            _t("Usual (%(unit)s)", { unit }),
            _t("Score"),
        ].map(String),
        rows: series.flatMap(({ name, anomalies }) =>
            anomalies.map((told) => [
                name,
                time(told.start),
                time(told.end),
                told.value,
                told.expected,
                told.score,
            ])
        ),
    };
}
