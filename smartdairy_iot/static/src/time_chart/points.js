/** Pure: from points `[ms, average, minimum, maximum]` to what a chart draws of them. */

const NOTHING = NaN; // Chart.js draws no line to it

export const lowOf = ([, average, low = average]) => low ?? average;
export const highOf = ([, average, , high = average]) => high ?? average;

/**
 * Points, with nothing wherever two of them are further apart than a gap.
 *
 * @param {Array} points in the order of time
 * @param {number} [gap] milliseconds; without it everything is joined
 */
export function withGaps(points, gap = Infinity) {
    const spaced = [];
    let before = null;
    for (const point of points) {
        if (before && point[0] - before[0] > gap) {
            spaced.push([(before[0] + point[0]) / 2, NOTHING, NOTHING, NOTHING]);
        }
        spaced.push(point);
        before = point;
    }
    return spaced;
}

/** What is new when the old ones are its beginning; else null: draw all of it anew. */
export function appended(old, points) {
    const last = old.at(-1);
    if (!last || points.length < old.length || points[0][0] !== old[0][0]) {
        return null;
    }
    return samePoint(points[old.length - 1], last) ? points.slice(old.length) : null;
}

function samePoint(a, b) {
    return [0, 1, 2, 3].every((index) => Object.is(a[index] ?? null, b[index] ?? null));
}

/** Points that have no neighbour to be joined with: a line would not show them. */
export function isAlone(drawn, index) {
    const isThere = (at) => at in drawn && !Number.isNaN(drawn[at].y);
    return isThere(index) && !isThere(index - 1) && !isThere(index + 1);
}

/** @returns {number} index of the point nearest in time, -1 of none */
export function nearest(points, time) {
    let found = -1;
    points.forEach((point, index) => {
        if (found < 0 || Math.abs(point[0] - time) < Math.abs(points[found][0] - time)) {
            found = index;
        }
    });
    return found;
}

/** @returns {{first, last, low, high} | null} points; of what is no number, nothing is said */
export function summarize(points) {
    const known = points.filter(([, average]) => typeof average === "number");
    if (!known.length) {
        return null;
    }
    return {
        first: known[0],
        last: known.at(-1),
        low: known.reduce((a, b) => (lowOf(b) < lowOf(a) ? b : a)),
        high: known.reduce((a, b) => (highOf(b) > highOf(a) ? b : a)),
    };
}

/**
 * From where to where the axis must reach at least: a limit is seen as long as it does not
 * make a flat line of the values.
 *
 * @param {Array<Array>} all points of each series of that axis
 * @param {Array<{from, to}>} bands
 * @param {number} [ceiling] what is above it is cut off
 */
export function extent(all, bands, ceiling = Infinity) {
    const known = all.map(summarize).filter(Boolean);
    const edges = bands.flatMap(({ from, to }) => [from, to]).filter(Number.isFinite);
    if (!known.length) {
        return edges.length ? { min: Math.min(...edges), max: Math.max(...edges) } : {};
    }
    let min = Math.min(...known.map(({ low }) => lowOf(low)));
    let max = Math.min(ceiling, Math.max(...known.map(({ high }) => highOf(high))));
    const reach = 2 * Math.max(max - min, 2, Math.abs(max) / 10);
    const seen = edges.filter((edge) => edge >= min - reach && edge <= max + reach);
    min = Math.min(min, ...seen);
    max = Math.max(max, ...seen);
    return { min, max };
}

/**
 * A little more than the extent, so that no line runs along the edge. Not Chart.js's own: it
 * goes on to the next tick, and three ticks from 3 to 70 are -100, 0 and 100.
 *
 * @param {{min?: number, max?: number}} extent
 * @param {number} [below] part of it that is left free below, for the phases' strip
 */
export function withRoom({ min, max }, below = 0.06) {
    if (min === undefined) {
        return {};
    }
    const height = max - min || 1;
    return { min: min - below * height, max: max + 0.06 * height };
}

/** What is above the top of the axis: the highest point of each run of them. */
export function cutOff(points, top) {
    const tops = [];
    let isAbove = false;
    for (const point of points) {
        const wasAbove = isAbove;
        isAbove = highOf(point) > top;
        if (isAbove && !wasAbove) {
            tops.push(point);
        } else if (isAbove && highOf(point) > highOf(tops.at(-1))) {
            tops[tops.length - 1] = point;
        }
    }
    return tops;
}

/** One row for each instant, of all series: for those who read a table. */
export function tableRows(series) {
    const rows = new Map();
    series.forEach(({ points }, index) => {
        for (const point of points) {
            if (!rows.has(point[0])) {
                rows.set(point[0], { ms: point[0], cells: series.map(() => null) });
            }
            rows.get(point[0]).cells[index] = point;
        }
    });
    return [...rows.values()].sort((a, b) => a.ms - b.ms);
}
