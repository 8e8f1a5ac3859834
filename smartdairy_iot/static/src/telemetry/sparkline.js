const HOUR = 3600_000;
/** Longer than a rollup's quarter of an hour: nothing was measured between. */
const GAP = 2400_000;

/**
 * The path of a line in a box of 100 × 20, for `<path d>`. Time runs over the last six hours, a
 * gap stays a gap, and a single point is a dot.
 *
 * @param {[number, number][]} points milliseconds and value
 * @param {number} now
 */
export function sparkline(points, now, hours = 6) {
    const start = now - hours * HOUR;
    const shown = points.filter(([at]) => at >= start);
    if (!shown.length) {
        return "";
    }
    const values = shown.map(([, value]) => value);
    const low = Math.min(...values);
    const span = Math.max(...values) - low;
    let before = -Infinity;
    const parts = [];
    shown.forEach(([at, value], index) => {
        const x = ((at - start) / (hours * HOUR)) * 100;
        const y = span ? 19 - ((value - low) / span) * 18 : 10;
        const isNew = at - before > GAP;
        parts.push(`${isNew ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`);
        const next = shown[index + 1];
        if (isNew && !(next && next[0] - at <= GAP)) {
            parts.push("h0.1");
        }
        before = at;
    });
    return parts.join("");
}
