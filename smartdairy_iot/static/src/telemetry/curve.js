/** Pure, and without an import: the app of smartdairy_iot_mobile_api loads it as it is. */

/**
 * A curve as paths of an SVG that is 100 wide and 100 high: its average, and the band between
 * its lowest and its highest values, so that no excursion disappears. A gap stays one.
 *
 * @param {[number, number, number, number][]} points [ms, average, lowest, highest]
 * @param {number} gap milliseconds that are still joined
 */
export function curve(points, start, end, gap) {
    const known = points.filter((point) => typeof point[1] === "number");
    if (!known.length) {
        return null;
    }
    const low = Math.min(...known.map(([, average, lowest]) => lowest ?? average));
    const high = Math.max(...known.map(([, average, , highest]) => highest ?? average));
    const room = high - low || 1;
    const x = (ms) => round((100 * (ms - start)) / (end - start || 1));
    const y = (value) => round(96 - (92 * (value - low)) / room);
    const runs = [];
    for (const point of known) {
        const run = runs.at(-1);
        if (run && point[0] - run.at(-1)[0] <= gap) {
            run.push(point);
        } else {
            runs.push([point]);
        }
    }
    const path = (places) => `M${places.map(([a, b]) => `${a},${b}`).join("L")}`;
    const line = runs.map((run) => path(run.map(([ms, average]) => [x(ms), y(average)]))).join("");
    const band = runs
        .map((run) => {
            const top = run.map(([ms, average, , highest]) => [x(ms), y(highest ?? average)]);
            const bottom = run.map(([ms, average, lowest]) => [x(ms), y(lowest ?? average)]);
            return `${path([...top, ...bottom.reverse()])}Z`;
        })
        .join("");
    return { line, band, low, high, last: known.at(-1)[1] };
}

function round(value) {
    return Math.round(value * 100) / 100;
}
