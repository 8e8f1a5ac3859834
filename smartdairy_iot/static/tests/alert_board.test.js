import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import {
    columnsOf,
    dropOf,
    filterAlerts,
    stepsOf,
    toRows,
} from "@smartdairy_iot/alert_board/columns";
import { ago, makeAlert } from "./live_test_helpers";

describe.current.tags("headless");
defineMailModels();
// Words and numbers are those of the user's language.
beforeEach(() => makeMockEnv());

const ids = (alerts) => alerts.map(({ id }) => id);

test("what is open is new or acknowledged, the worst first; what ended stands beside it", () => {
    const open = [
        makeAlert({ id: 1, severity: "low" }),
        makeAlert({ id: 2, severity: "critical" }),
        makeAlert({ id: 3, state: "acknowledged", acknowledged_at: ago(5) }),
    ];
    const ended = [
        makeAlert({ id: 4, state: "dismissed" }),
        makeAlert({ id: 5, state: "resolved" }),
    ];
    const columns = columnsOf(open, ended);
    expect(columns.map(({ id, alerts }) => [id, ids(alerts)])).toEqual([
        ["new", [2, 1]],
        ["acknowledged", [3]],
        ["resolved", [5]],
        ["dismissed", [4]],
    ]);
});

test("dropping an alert does what its button does, and nothing where it makes no sense", () => {
    const fresh = makeAlert();
    const seen = makeAlert({ state: "acknowledged" });
    const over = makeAlert({ state: "resolved" });
    expect(dropOf(fresh, "acknowledged")).toBe("acknowledge");
    expect(dropOf(seen, "resolved")).toBe("resolve");
    expect(dropOf(seen, "dismissed")).toBe("dismiss");
    expect(dropOf(seen, "new")).toBe(null);
    expect(dropOf(seen, "acknowledged")).toBe(null);
    expect(dropOf(over, "dismissed")).toBe(null);
});

test("what can be dragged can be done by a button, too", () => {
    for (const alert of [makeAlert(), makeAlert({ state: "acknowledged" })]) {
        const steps = ids(stepsOf(alert));
        for (const column of ["acknowledged", "resolved", "dismissed"]) {
            const drop = dropOf(alert, column);
            expect(drop === null || steps.includes(drop)).toBe(true);
        }
    }
    expect(stepsOf(makeAlert({ state: "resolved" }))).toEqual([]);
});

test("severity and farm narrow it down", () => {
    const alerts = [
        makeAlert({ id: 1, severity: "low", farm_id: 1 }),
        makeAlert({ id: 2, severity: "high", farm_id: 2 }),
    ];
    expect(ids(filterAlerts(alerts, { severity: "", farm: 0 }))).toEqual([1, 2]);
    expect(ids(filterAlerts(alerts, { severity: "high", farm: 0 }))).toEqual([2]);
    expect(ids(filterAlerts(alerts, { severity: "high", farm: 1 }))).toEqual([]);
});

test("the export has a row for each alert that is seen, with its times in UTC", () => {
    const [row] = toRows(columnsOf([makeAlert({ created_at: "2026-01-05T06:00:00+01:00" })], []));
    expect(row).toEqual([
        "New",
        "High",
        "Tank 1",
        "Temperature too high",
        "2026-01-05T05:00:00",
        null,
        null,
        null,
        null,
    ]);
});
