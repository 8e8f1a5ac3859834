/**
 * From places on earth to pixels, and what stands too close together.
 *
 * The world is a square of side 1 (Mercator, so that a farm keeps its shape). A view is
 * `{x, y, scale}`: the middle of the window in the world, and pixels per world.
 */

const EQUATOR = 40075016.7; // metres
const HIGHEST = 85; // degrees; Mercator has no poles
const CLOSEST = 0.05; // metres in a pixel
const NEAR = 0.25; // the same, of what is shown at first …
const ALONE = 2; // … when it is a single place
const CLUSTER = 48; // pixels: markers closer than this are one

const AROUND = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy]));

export const STATUSES = ["alarm", "offline", "online", "off"]; // the worst first

export function toWorld({ lat, lon }) {
    const phi = (Math.max(-HIGHEST, Math.min(HIGHEST, lat)) * Math.PI) / 180;
    return { x: (lon + 180) / 360, y: 0.5 - Math.asinh(Math.tan(phi)) / (2 * Math.PI) };
}

export function toPixel(world, view, size) {
    return {
        x: size.width / 2 + (world.x - view.x) * view.scale,
        y: size.height / 2 + (world.y - view.y) * view.scale,
    };
}

/** Metres in a pixel, in the middle of the window. */
export function resolution(view) {
    const phi = Math.atan(Math.sinh((0.5 - view.y) * 2 * Math.PI));
    return (EQUATOR * Math.cos(phi)) / view.scale;
}

/** The view that shows all these places. */
export function fit(points, size, margin = 64) {
    const worlds = points.map(toWorld);
    const low = { x: 1, y: 1 };
    const high = { x: 0, y: 0 };
    for (const { x, y } of worlds) {
        low.x = Math.min(low.x, x);
        low.y = Math.min(low.y, y);
        high.x = Math.max(high.x, x);
        high.y = Math.max(high.y, y);
    }
    const view = { x: (low.x + high.x) / 2, y: (low.y + high.y) / 2 };
    const width = Math.max(size.width - 2 * margin, 1);
    const height = Math.max(size.height - 2 * margin, 1);
    const scale = Math.min(width / (high.x - low.x), height / (high.y - low.y));
    const closest = resolution({ ...view, scale: 1 }) / (points.length > 1 ? NEAR : ALONE);
    return { ...view, scale: Math.min(scale, closest) };
}

/** Nearer by the factor; what is at the pixel stays there. */
export function zoom(view, size, factor, at = { x: size.width / 2, y: size.height / 2 }) {
    const closest = resolution({ ...view, scale: 1 }) / CLOSEST;
    const farthest = Math.min(size.width, size.height) / 2;
    const scale = Math.max(farthest, Math.min(closest, view.scale * factor));
    const shift = 1 / view.scale - 1 / scale;
    return {
        x: view.x + (at.x - size.width / 2) * shift,
        y: view.y + (at.y - size.height / 2) * shift,
        scale,
    };
}

export function pan(view, dx, dy) {
    return { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
}

/**
 * One marker for all points that would cover each other, where most of them are.
 *
 * @returns {{x, y, points, counts, total, status}[]} only what is in the window
 */
export function cluster(points, view, size) {
    const cells = new Map();
    const near = (cx, cy) => AROUND.flatMap(([dx, dy]) => cells.get(`${cx + dx},${cy + dy}`) || []);
    const clusters = [];
    for (const point of points) {
        const { x, y } = toPixel(toWorld(point), view, size);
        if (x < -CLUSTER || y < -CLUSTER || x > size.width + CLUSTER || y > size.height + CLUSTER) {
            continue;
        }
        const cx = Math.floor(x / CLUSTER);
        const cy = Math.floor(y / CLUSTER);
        const found = near(cx, cy).find((c) => Math.hypot(c.x - x, c.y - y) < CLUSTER);
        if (found) {
            found.points.push(point);
        } else {
            const made = { x, y, points: [point] };
            const key = `${cx},${cy}`;
            cells.set(key, [...(cells.get(key) || []), made]);
            clusters.push(made);
        }
    }
    return clusters.map(summarise);
}

function summarise(cluster) {
    const counts = {};
    for (const status of STATUSES) {
        let count = 0;
        for (const point of cluster.points) {
            count += point.ids[status]?.length || 0;
        }
        counts[status] = count;
    }
    const total = STATUSES.reduce((sum, status) => sum + counts[status], 0);
    return { ...cluster, counts, total, status: STATUSES.find((status) => counts[status]) };
}

/** A round length that fits into so many pixels: `{metres, pixels}`. */
export function scaleBar(view, longest = 120) {
    const most = resolution(view) * longest;
    const power = 10 ** Math.floor(Math.log10(most));
    const metres = power * [5, 2, 1].find((digit) => digit * power <= most);
    return { metres, pixels: metres / resolution(view) };
}
