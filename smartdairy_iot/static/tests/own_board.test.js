import { describe, expect, test } from "@odoo/hoot";
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

describe.current.tags("headless");

const ids = (layout) => layout.widgets.map(({ id }) => id);

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
