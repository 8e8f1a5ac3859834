import { beforeEach, describe, expect, test, waitFor, waitUntil } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime } from "@odoo/hoot-mock";
import {
    allowTranslations,
    contains,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { localization } from "@web/core/l10n/localization";
import {
    describeDue,
    tankLevel,
    toBands,
    toPhases,
    whereMeasured,
} from "@smartdairy_iot/coldchain_board/tank_words";
import { highestMilk } from "@smartdairy_iot/coldchain_board/tank_wash";
import { HOUR, MINUTE } from "@smartdairy_iot/time_chart/window";
import {
    isSubscribed,
    makeBoard,
    makeReading,
    NOW,
    openAction,
    sendReadings,
    serveBoard,
    setUpTelemetry,
} from "./live_test_helpers";

setUpTelemetry();

const AT = Date.parse(NOW);

describe("the board", () => {
    // As when it is looked at for the first time, so that nothing is old.
    beforeEach(() => serveBoard(() => makeBoard({ now: new Date().toISOString() })));

    const TANK = {
        ...{ id: 1, name: "Bulk tank", farm: "Green Valley", tz: "UTC", probe: "TEMP-G01" },
        ...{ phase: "cooling", phase_since: AT, temperature: 6.2, measured_at: AT },
        ...{ volume: 900, capacity: 4000, agitator: 1, batch: false, standard: "Grade A" },
        ...{ due_celsius: 7, due_at: AT + 30 * MINUTE, expected_at: AT + 10 * MINUTE },
        ...{ is_supervised: true, alert: null, washed_at: AT - 300 * MINUTE },
    };

    test("a tank's temperature follows the bus, its time to the limit the clock", async () => {
        onRpc("farm.farm", "get_cold_chain_board", () => ({ now: Date.now(), tanks: [TANK] }));
        onRpc("farm.tank", "get_cooling_curve", () => ({
            ...{ tz: "UTC", start: AT - 12 * HOUR, end: AT, phases: [], marks: [] },
            ...{ milkings: [], batch: false, previous: false, next: false },
            limits: { steps: [], floors: [] },
            series: { unit: "°C", gap: 600, points: [[AT - MINUTE, 6.2, 6.2, 6.2]] },
        }));
        await openAction("coldchain_board");
        await waitFor(".o_iot_tank_celsius:contains(3.8)", { timeout: 3000 });
        await waitFor("dt:contains(Last wash) + dd:contains(1:00)");
        expect(".o_iot_tank_due").toHaveText("Must be ≤ 7 °C in 30 min");
        await waitUntil(() => isSubscribed("farm.farm_1"), { timeout: 3000 });
        sendReadings(makeReading({ v: { temperature: 3.9 }, t: 1 }));
        await advanceTime(2000);
        await waitFor(".o_iot_tank_celsius:contains(3.9)", { timeout: 3000 });
        await advanceTime(60_000);
        await waitFor(".o_iot_tank_due:contains(in 29 min)");
        await contains(".o_iot_tank_card h2 button").click();
        await waitFor(".o_iot_tank_back");
        expect(queryAllTexts(".o_iot_tank dd")).toInclude("Grade A");
    });

    test("without a tank it says what to do", async () => {
        onRpc("farm.farm", "get_cold_chain_board", () => ({ now: AT, tanks: [] }));
        await openAction("coldchain_board");
        await waitFor(".o_sd_board_frame button:contains(Create a tank)");
    });
});

describe("a tank in words", () => {
    beforeEach(() => {
        allowTranslations();
        patchWithCleanup(localization, { decimalPoint: ".", grouping: [3, 0], thousandsSep: "," });
    });

    const tank = {
        ...{ is_supervised: true, measured_at: AT, phase: "storage" },
        ...{ alert: null, due_at: false },
    };

    test("until when the milk must be cold, and since when it is late", () => {
        const due = { due_celsius: 7, due_at: AT + 23 * MINUTE };
        expect(describeDue(due, AT)).toBe("Must be ≤ 7 °C in 23 min");
        expect(describeDue(due, AT + HOUR)).toBe("Late for 37 min: must be ≤ 7 °C");
        expect(describeDue({ due_celsius: 7, due_at: false }, AT)).toMatch(/end of the milking/);
        expect(describeDue({ due_celsius: 0, due_at: false }, AT)).toBe("");
    });

    test("what is late or alarms is urgent, what is old is not shown as good", () => {
        expect(tankLevel(tank, AT)).toBe("ok");
        expect(tankLevel({ ...tank, due_at: AT - 1 }, AT)).toBe("danger");
        expect(tankLevel({ ...tank, due_at: AT + 1, expected_at: AT + 2 }, AT)).toBe("warning");
        expect(tankLevel({ ...tank, alert: { severity: "critical" } }, AT)).toBe("danger");
        expect(tankLevel(tank, AT + HOUR)).toBe("old");
        expect(tankLevel({ ...tank, is_supervised: false }, AT)).toBe("none");
        expect(tankLevel({ ...tank, phase: "" }, AT)).toBe("none");
    });

    test("each limit is a band from its deadline on; what goes on lasts until now", () => {
        const step = { celsius: 7, from: AT, until: false };
        const [limit, floor] = toBands({ steps: [step], floors: [1] });
        expect([limit.from, limit.start, limit.label]).toEqual([7, AT, "≤ 7 °C"]);
        expect([floor.to, floor.label]).toEqual([1, "≥ 1 °C"]);
        const [phase] = toPhases([{ phase: "cooling", start: AT, end: false }], AT + HOUR);
        expect([phase.end, phase.label]).toEqual([AT + HOUR, "Cooling"]);
    });

    test("a curve of one hour fills the chart, not the edge of twelve", () => {
        const curve = { start: AT - 12 * HOUR, end: AT, phases: [] };
        const series = { points: [[AT - HOUR, 4, 4, 4]] };
        const shown = whereMeasured({ ...curve, series });
        expect(shown).toEqual({ start: AT - 1.05 * HOUR, end: AT });
        expect(whereMeasured({ ...curve, series: { points: [] } }).start).toBe(curve.start);
        const phases = [{ start: AT - 3 * HOUR }];
        expect(whereMeasured({ ...curve, series, phases }).start).toBe(AT - 3.15 * HOUR);
    });
});

describe("a wash", () => {
    const DAY_LONG = { start: 0, end: 24 * HOUR };
    const stored = [0, 1, 2, 3].map((hour) => [hour * HOUR, 4, 3, 5]);
    const wash = [
        [4 * HOUR, 38],
        [4 * HOUR + 5 * MINUTE, 68, 60, 71],
        [4 * HOUR + 20 * MINUTE, 18],
    ];

    test("without one nothing is cut off", () => {
        expect(highestMilk(stored, [], DAY_LONG)).toBe(undefined);
    });

    test("it does not flatten the curve of what was stored before", () => {
        expect(highestMilk([...stored, ...wash], [], DAY_LONG)).toBe(5);
    });

    test("the empty tank after it is as warm as the room, and that is no milk either", () => {
        const points = [...stored, ...wash, [6 * HOUR, 21]];
        const phases = [{ phase: "empty", start: 4 * HOUR, end: false }];
        expect(highestMilk(points, phases, DAY_LONG)).toBe(5);
    });

    test("milk that is warm just before or after it is shown as warm as it is", () => {
        const before = [3.9 * HOUR, 12];
        const after = [4.8 * HOUR, 31];
        const phases = [
            { phase: "storage", start: 0, end: 4 * HOUR },
            { phase: "filling", start: 4.7 * HOUR, end: false },
        ];
        const points = [...stored, before, ...wash];
        expect(highestMilk(points, phases, DAY_LONG)).toBe(12);
        expect(highestMilk([...points, after], phases, DAY_LONG)).toBe(31);
    });

    test("who zooms into it sees all of it", () => {
        const window = { start: 4 * HOUR, end: 4.5 * HOUR };
        expect(highestMilk([...stored, ...wash], [], window)).toBe(undefined);
    });
});
