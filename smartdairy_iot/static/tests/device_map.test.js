import { describe, expect, test } from "@odoo/hoot";
import {
    cluster,
    fit,
    pan,
    resolution,
    scaleBar,
    toPixel,
    toWorld,
    zoom,
} from "@smartdairy_iot/device_map/projection";

describe.current.tags("headless");

const SIZE = { width: 800, height: 600 };

function place(lat, lon, ids = { online: [1] }) {
    return { lat, lon, name: `${lat},${lon}`, farm: "Farm", ids };
}

function pixel(point, view) {
    return toPixel(toWorld(point), view, SIZE);
}

test("north is up and east is right", () => {
    const view = fit([place(50, 5), place(52, 7)], SIZE);
    const low = pixel(place(50, 5), view);
    const high = pixel(place(52, 7), view);
    expect(high.y).toBeLessThan(low.y);
    expect(high.x).toBeGreaterThan(low.x);
});

test("all places fit into the window", () => {
    const points = [place(-40, -170), place(60, 170), place(0, 0)];
    const view = fit(points, SIZE);
    for (const point of points) {
        const { x, y } = pixel(point, view);
        expect(x >= 63 && x <= 737).toBe(true);
        expect(y >= 63 && y <= 537).toBe(true);
    }
});

test("a single place stands in the middle, at two metres in a pixel", () => {
    const view = fit([place(52.9926, 6.5642)], SIZE);
    expect(Math.round(resolution(view) * 100) / 100).toBe(2);
    const { x, y } = pixel(place(52.9926, 6.5642), view);
    expect([Math.round(x), Math.round(y)]).toEqual([400, 300]);
});

test("a kilometre to the east is a kilometre on the map", () => {
    const view = fit([place(60, 10)], SIZE);
    const east = 1000 / (111319.49 * Math.cos((60 * Math.PI) / 180));
    const width = pixel(place(60, 10 + east), view).x - pixel(place(60, 10), view).x;
    expect(Math.round(width * resolution(view))).toBe(1000);
});

test("what is under the pointer stays there while one zooms", () => {
    const view = fit([place(50, 5), place(52, 7)], SIZE);
    const before = pixel(place(52, 7), view);
    const after = pixel(place(52, 7), zoom(view, SIZE, 3, before));
    expect(Math.abs(after.x - before.x)).toBeLessThan(1e-6);
    expect(Math.abs(after.y - before.y)).toBeLessThan(1e-6);
});

test("one cannot zoom out of the world, nor closer than five centimetres", () => {
    const view = fit([place(50, 5)], SIZE);
    expect(zoom(view, SIZE, 1e-9).scale).toBe(300);
    expect(resolution(zoom(view, SIZE, 1e9))).toBeGreaterThan(0.049);
});

test("panning moves the places with the pointer", () => {
    const view = fit([place(50, 5)], SIZE);
    const { x, y } = pixel(place(50, 5), pan(view, 30, -20));
    expect([Math.round(x), Math.round(y)]).toEqual([430, 280]);
});

test("what would cover each other is one marker, which tells the worst", () => {
    const near = [
        place(50, 5, { online: [1, 2] }),
        place(50.00001, 5, { alarm: [3] }),
        place(51, 5, { off: [4] }),
    ];
    const [pair, single] = cluster(near, fit(near, SIZE), SIZE);
    expect([pair.total, pair.status]).toEqual([3, "alarm"]);
    expect(pair.counts).toEqual({ alarm: 1, offline: 0, online: 2, off: 0 });
    expect([single.total, single.status]).toEqual([1, "off"]);
});

test("nearer, they come apart", () => {
    const near = [place(50, 5), place(50.0001, 5)];
    const far = fit([place(40, 0), place(60, 10)], SIZE);
    expect(cluster(near, far, SIZE)).toHaveLength(1);
    expect(cluster(near, fit(near, SIZE, 64), SIZE)).toHaveLength(1);
    expect(cluster(near, zoom(fit(near, SIZE), SIZE, 30), SIZE)).toHaveLength(2);
});

test("what is outside of the window is not drawn", () => {
    const view = fit([place(50, 5)], SIZE);
    expect(cluster([place(50, 5), place(51, 5)], view, SIZE)).toHaveLength(1);
});

test("ten thousand places are clustered before one notices", () => {
    const points = [];
    for (let n = 0; n < 10000; n++) {
        points.push(place(50 + (n % 100) / 50, 5 + Math.floor(n / 100) / 50));
    }
    const found = cluster(points, fit(points, SIZE), SIZE);
    const total = found.reduce((sum, marker) => sum + marker.total, 0);
    expect(total).toBe(10000);
    expect(found.length).toBeLessThan(400);
});

test("the scale's bar has a round length", () => {
    const { metres, pixels } = scaleBar(fit([place(50, 5)], SIZE));
    expect(metres).toBe(200);
    expect(Math.round(pixels)).toBe(100);
});
