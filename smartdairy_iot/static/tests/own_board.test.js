import { beforeEach, describe, expect, test, waitFor } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, defineModels, fields, models, onRpc } from "@web/../tests/web_test_helpers";
import {
    add,
    emptyLayout,
    History,
    moveBefore,
    moveBy,
    remove,
    resize,
} from "@smartdairy_iot/own_board/layout";
import { curve } from "@smartdairy_iot/telemetry/curve";
import { MINUTE } from "@smartdairy_iot/time_chart/window";
import {
    defineTelemetryModels,
    NOW,
    openAction,
    serveBoard,
    startAtNow,
} from "./live_test_helpers";

class IotBoard extends models.Model {
    _name = "iot.board";
    name = fields.Char();
    layout = fields.Json();
    _records = [{ id: 5, name: "Morning" }];
}

describe.current.tags("desktop");
defineTelemetryModels();
defineModels({ IotBoard });
beforeEach(() => {
    startAtNow();
    serveBoard();
});

const ids = (layout) => layout.widgets.map(({ id }) => id);

const AT = Date.parse(NOW);
const SERIES = { reading_type: "temperature", label: "Temperature", unit: "°C", gap: MINUTE };
const BOARD = { id: 5, name: "Morning", is_own: true, is_shared: false, user_id: [2, "I"] };

function three() {
    let layout = emptyLayout();
    for (const kpi of ["online", "offline", "alarm"]) {
        layout = add(layout, "kpi", { kpi });
    }
    return layout;
}

test("widgets are added with a size and a name of their own", () => {
    const layout = add(remove(three(), "w2"), "chart", { device_id: 7 });
    expect(new Set(ids(layout)).size).toBe(3);
    expect(layout.widgets.at(-1)).toMatchObject({ type: "chart", width: 2, height: 2 });
});

test("a widget is moved by steps and by dropping it, and not out of the board", () => {
    expect(ids(moveBy(three(), "w3", -1))).toEqual(["w1", "w3", "w2"]);
    expect(ids(moveBy(three(), "w3", 1))).toEqual(["w1", "w2", "w3"]);
    expect(ids(moveBefore(three(), "w3", "w1"))).toEqual(["w3", "w1", "w2"]);
    expect(ids(moveBefore(three(), "w1", null))).toEqual(["w2", "w3", "w1"]);
});

test("a widget stays within four columns and three rows", () => {
    const grown = resize(three(), "w1", 9, 9).widgets[0];
    expect([grown.width, grown.height]).toEqual([4, 3]);
    const shrunk = resize(three(), "w1", -9, -9).widgets[0];
    expect([shrunk.width, shrunk.height]).toEqual([1, 1]);
});

test("each change can be undone, in turn", () => {
    const history = new History(three());
    history.push(remove(history.current, "w1"));
    history.push(remove(history.current, "w2"));
    expect(ids(history.undo())).toEqual(["w2", "w3"]);
    expect(ids(history.undo())).toEqual(["w1", "w2", "w3"]);
    expect(history.canUndo).toBe(false);
    expect(ids(history.undo())).toEqual(["w1", "w2", "w3"]);
});

test("a curve keeps excursions and gaps", () => {
    const points = [
        [0, 4, 4, 4],
        [10, 4, 4, 9],
        [80, 4, 2, 4],
    ];
    const drawn = curve(points, 0, 100, 20);
    expect([drawn.low, drawn.high, drawn.last]).toEqual([2, 9, 4]);
    expect(drawn.line.match(/M/g)).toHaveLength(2);
    expect(curve([[0, null, null, null]], 0, 100, 20)).toBe(null);
});

/** My boards, which are one with one widget. */
async function openOwnBoard(widget) {
    const layout = { version: 1, widgets: [{ id: "w1", ...widget }] };
    onRpc("iot.board", "get_boards", () => [{ ...BOARD, layout }]);
    await openAction("own_board");
}

test("an own board shows its chart as the others do, with its limits in words", async () => {
    onRpc("iot.device", "get_series", ({ args }) => {
        expect.step(`${args[1]} over ${(args[3] - args[2]) / MINUTE} min`);
        return {
            tz: "UTC",
            marks: [],
            series: [{ ...SERIES, points: [[AT, 4, 3, 9]], bands: [] }],
        };
    });
    const what = { device_id: 7, measure: "temperature", span: "24h" };
    await openOwnBoard({ type: "chart", width: 2, height: 2, ...what });
    await waitFor(".o_sd_widget .o_iot_chart_canvas[aria-label*='highest 9 °C']");
    expect(queryAllTexts(".o_sd_widget h3 small")).toEqual(["Temperature · 24h"]);
    expect.verifySteps(["temperature over 1440 min"]);
});

test("what is removed while arranging comes back with Ctrl+Z, and is kept by Save alone", async () => {
    onRpc("iot.board", "write", ({ args }) => {
        expect.step(args[1].layout.widgets.length);
        return true;
    });
    await openOwnBoard({ type: "kpi", kpi: "online", width: 1, height: 1 });
    await contains(".o_sd_arrange").click();
    await contains(".o_sd_widget_remove").click();
    expect(".o_sd_widget").toHaveCount(0);
    await contains(".o_sd_undo").click();
    expect(".o_sd_widget").toHaveCount(1);
    expect.verifySteps([]);
    await contains(".o_sd_save").click();
    expect.verifySteps([1]);
});
