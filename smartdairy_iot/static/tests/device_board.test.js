import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { localization } from "@web/core/l10n/localization";

import {
    describeDue,
    tankLevel,
    toBands,
    toPhases,
    whereMeasured,
} from "@smartdairy_iot/coldchain_board/tank_words";
import { addLive, fromWindow, toRows, toWindow } from "@smartdairy_iot/device_board/curve_window";
import { HOUR, MINUTE } from "@smartdairy_iot/time_chart/window";

defineMailModels();

beforeEach(() => {
    allowTranslations();
    patchWithCleanup(localization, { decimalPoint: ".", grouping: [3, 0], thousandsSep: "," });
});

const NOW = Date.UTC(2026, 2, 4, 5);

describe("curves of a device", () => {
    test("a window that reaches the present follows the clock", () => {
        expect(toWindow({ span: 60, end: 0 }, NOW)).toEqual({ start: NOW - HOUR, end: NOW });
        expect(fromWindow({ start: NOW - HOUR, end: NOW }, NOW)).toEqual({ span: 60, end: 0 });
        const past = { start: NOW - 3 * HOUR, end: NOW - HOUR };
        expect(fromWindow(past, NOW)).toEqual({ span: 120, end: NOW - HOUR });
        expect(toWindow(fromWindow(past, NOW), NOW + MINUTE)).toEqual(past);
    });

    test("only what is newer is added, and the series that was drawn stays as it is", () => {
        const points = [[1, 4, 4, 4]];
        expect(addLive(points, 2, 5)).toEqual([...points, [2, 5, 5, 5]]);
        expect(points).toHaveLength(1);
        expect(addLive(points, 1, 5)).toBe(null);
        expect(addLive(points, NaN, 5)).toBe(null);
        expect(addLive(points, 2, undefined)).toBe(null);
    });

    test("an export has each point with its measure and unit", () => {
        const series = [{ label: "Temperature", unit: "°C", points: [[1, 4, 3, 5]] }];
        expect(toRows(series, String)).toEqual([["1", "Temperature", 4, 3, 5, "°C"]]);
    });
});

describe("a tank in words", () => {
    const tank = {
        ...{ is_supervised: true, measured_at: NOW, phase: "storage" },
        ...{ alert: null, due_at: false },
    };

    test("until when the milk must be cold, and since when it is late", () => {
        const due = { due_celsius: 7, due_at: NOW + 23 * MINUTE };
        expect(describeDue(due, NOW)).toBe("Must be ≤ 7 °C in 23 min");
        expect(describeDue(due, NOW + HOUR)).toBe("Late for 37 min: must be ≤ 7 °C");
        expect(describeDue({ due_celsius: 7, due_at: false }, NOW)).toMatch(/end of the milking/);
        expect(describeDue({ due_celsius: 0, due_at: false }, NOW)).toBe("");
    });

    test("what is late or alarms is urgent, what is old is not shown as good", () => {
        expect(tankLevel(tank, NOW)).toBe("ok");
        expect(tankLevel({ ...tank, due_at: NOW - 1 }, NOW)).toBe("danger");
        expect(tankLevel({ ...tank, due_at: NOW + 1, expected_at: NOW + 2 }, NOW)).toBe("warning");
        expect(tankLevel({ ...tank, alert: { severity: "critical" } }, NOW)).toBe("danger");
        expect(tankLevel(tank, NOW + HOUR)).toBe("old");
        expect(tankLevel({ ...tank, is_supervised: false }, NOW)).toBe("none");
        expect(tankLevel({ ...tank, phase: "" }, NOW)).toBe("none");
    });

    test("each limit is a band from its deadline on; what goes on lasts until now", () => {
        const step = { celsius: 7, from: NOW, until: false };
        const [limit, floor] = toBands({ steps: [step], floors: [1] });
        expect([limit.from, limit.start, limit.label]).toEqual([7, NOW, "≤ 7 °C"]);
        expect([floor.to, floor.label]).toEqual([1, "≥ 1 °C"]);
        const [phase] = toPhases([{ phase: "cooling", start: NOW, end: false }], NOW + HOUR);
        expect([phase.end, phase.label]).toEqual([NOW + HOUR, "Cooling"]);
    });

    test("a curve of one hour fills the chart, not the edge of twelve", () => {
        const curve = { start: NOW - 12 * HOUR, end: NOW, phases: [] };
        const series = { points: [[NOW - HOUR, 4, 4, 4]] };
        const shown = whereMeasured({ ...curve, series });
        expect(shown).toEqual({ start: NOW - 1.05 * HOUR, end: NOW });
        expect(whereMeasured({ ...curve, series: { points: [] } }).start).toBe(curve.start);
        const phases = [{ start: NOW - 3 * HOUR }];
        expect(whereMeasured({ ...curve, series, phases }).start).toBe(NOW - 3.15 * HOUR);
    });
});
