import { describe, expect, test } from "@odoo/hoot";
import { sparkline } from "@smartdairy_iot/telemetry/sparkline";

describe.current.tags("headless");

const NOW = Date.parse("2026-01-05T06:00:00Z");
const MINUTE = 60_000;

test("a line runs from the oldest of six hours to now, the highest value on top", () => {
    const points = [
        [NOW - 30 * MINUTE, 3],
        [NOW, 5],
    ];
    expect(sparkline(points, NOW)).toBe("M91.7 19.0L100.0 1.0");
});

test("a gap stays a gap, and what stands alone is a dot", () => {
    const points = [
        [NOW - 300 * MINUTE, 3],
        [NOW - 200 * MINUTE, 4],
        [NOW - 190 * MINUTE, 5],
    ];
    expect(sparkline(points, NOW)).toBe("M16.7 19.0h0.1M44.4 10.0L47.2 1.0");
});

test("a value that never changes is a line in the middle; nothing is nothing", () => {
    const points = [
        [NOW - 10 * MINUTE, 4],
        [NOW, 4],
    ];
    expect(sparkline(points, NOW)).toBe("M97.2 10.0L100.0 10.0");
    expect(sparkline([[NOW - 500 * MINUTE, 4]], NOW)).toBe("");
});
