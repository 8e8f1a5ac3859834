/* global Chart */
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { click, press, queryAll, queryAllTexts, queryOne, waitFor } from "@odoo/hoot-dom";
import { Component, reactive, useState, xml } from "@odoo/owl";
import {
    allowTranslations,
    defineParams,
    mountWithCleanup,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { localization } from "@web/core/l10n/localization";

import {
    appended,
    cutOff,
    extent,
    isAlone,
    summarize,
    tableRows,
    withGaps,
    withRoom,
} from "@smartdairy_iot/time_chart/points";
import { TimeChart } from "@smartdairy_iot/time_chart/time_chart";
import {
    DAY,
    fitWindow,
    HOUR,
    MINUTE,
    panWindow,
    pinchWindow,
    zoomWindow,
} from "@smartdairy_iot/time_chart/window";

defineMailModels();

const START = Date.UTC(2026, 2, 4, 5);
const at = (minute) => START + minute * MINUTE;

beforeEach(() => {
    allowTranslations();
    patchWithCleanup(localization, { decimalPoint: ".", grouping: [3, 0], thousandsSep: "," });
});

function makeProps(changes = {}) {
    const points = [
        [at(0), 3.9, 3.7, 4.1],
        [at(1), 4, 3.8, 9.5],
        [at(10), 4.2, 4.2, 4.2],
    ];
    return {
        label: "Tank 1",
        series: [{ label: "Temperature", unit: "°C", points, gap: 2 * MINUTE }],
        bands: [{ from: 7, to: null, color: "danger", label: "Too warm" }],
        marks: [{ ms: at(1), label: "Cooling late", severity: "high" }],
        phases: [{ start: at(0), end: at(5), label: "Filling", color: 1 }],
        start: at(0),
        end: at(60),
        tz: "UTC",
        ...changes,
    };
}

/** @returns props that may be assigned to, and the chart that Chart.js made */
async function mountChart(changes) {
    class Parent extends Component {
        static components = { TimeChart };
        static props = { props: Object };
        static template = xml`<TimeChart t-props="state"/>`;
        setup() {
            this.state = useState(this.props.props);
        }
    }
    const props = reactive(makeProps(changes));
    await mountWithCleanup(Parent, { props: { props } });
    await waitFor(".o_iot_chart");
    return { props, chart: () => Chart.getChart(queryOne("canvas")) };
}

describe("points", () => {
    test("a gap stays a gap, and what is near enough is joined", () => {
        const spaced = withGaps(
            [
                [0, 1],
                [10, 2],
                [50, 3],
            ],
            20
        );
        expect(spaced.map(([time]) => time)).toEqual([0, 10, 30, 50]);
        expect(spaced[2][1]).toBe(NaN);
        expect(
            withGaps([
                [0, 1],
                [50, 3],
            ])
        ).toHaveLength(2);
    });

    test("a point between two gaps is drawn as a dot", () => {
        const drawn = [1, NaN, 2, NaN, 3, 4].map((y) => ({ y }));
        expect(drawn.map((_point, index) => isAlone(drawn, index))).toEqual([
            true,
            false,
            true,
            false,
            false,
            false,
        ]);
    });

    test("what is new is told from what is another series", () => {
        const old = [
            [0, 1],
            [1, 2],
        ];
        expect(appended(old, [...old, [2, 3]])).toEqual([[2, 3]]);
        expect(appended(old, old)).toEqual([]);
        expect(
            appended(old, [
                [1, 2],
                [2, 3],
            ])
        ).toBe(null);
        expect(
            appended(old, [
                [0, 1],
                [1, 2.5],
                [2, 3],
            ])
        ).toBe(null);
        expect(appended([], [[0, 1]])).toBe(null);
    });

    test("an excursion within a bucket is the highest, whatever the average says", () => {
        const { high, low, last } = summarize([
            [0, 4, 3, 9],
            [1, 5, 4, 6],
            [2, null],
        ]);
        expect([high[0], low[0], last[0]]).toEqual([0, 0, 1]);
        expect(summarize([[2, null]])).toBe(null);
    });

    test("a limit nearby is within the axis, one far away does not flatten the values", () => {
        const points = [
            [
                [0, 3, 3, 3],
                [1, 4, 4, 4],
            ],
        ];
        expect(extent(points, [{ from: 7, to: null }])).toEqual({ min: 3, max: 7 });
        expect(extent(points, [{ from: 70, to: null }])).toEqual({ min: 3, max: 4 });
        expect(extent([[]], [{ from: 7, to: null }])).toEqual({ min: 7, max: 7 });
    });

    test("the axis has a little room and ends there, not at the next tick", () => {
        const { min, max } = withRoom({ min: 3, max: 70 });
        expect(min).toBeWithin(-2, 0);
        expect(max).toBeWithin(73, 75);
        expect(withRoom({})).toEqual({});
        expect(withRoom({ min: 4, max: 4 }).max).toBeGreaterThan(4);
    });

    test("what is above a ceiling does not stretch the axis, and its height is told", () => {
        const points = [
            [0, 3],
            [1, 60],
            [2, 68, 66, 71],
            [3, 5],
            [4, 50],
        ];
        expect(extent([points], [{ from: 7, to: null }], 5)).toEqual({ min: 3, max: 7 });
        expect(cutOff(points, 10)).toEqual([
            [2, 68, 66, 71],
            [4, 50],
        ]);
        expect(cutOff(points, 100)).toEqual([]);
    });

    test("a table has one row for each instant of all series", () => {
        const rows = tableRows([
            {
                points: [
                    [1, 5],
                    [2, 6],
                ],
            },
            { points: [[2, 7]] },
        ]);
        expect(rows).toEqual([
            { ms: 1, cells: [[1, 5], null] },
            {
                ms: 2,
                cells: [
                    [2, 6],
                    [2, 7],
                ],
            },
        ]);
    });
});

describe("window", () => {
    const hour = { start: 0, end: HOUR };

    test("zooming keeps the instant under the pointer where it is", () => {
        expect(zoomWindow(hour, 0.5, HOUR / 4)).toEqual({ start: HOUR / 8, end: (5 * HOUR) / 8 });
        const closest = zoomWindow(hour, 0.0001, HOUR / 4);
        expect(closest.end - closest.start).toBe(2 * MINUTE);
    });

    test("no window is longer than 90 days, or later than now", () => {
        const { start, end } = zoomWindow({ start: 0, end: 80 * DAY }, 4, 0, { latest: 80 * DAY });
        expect(end - start).toBe(90 * DAY);
        expect(panWindow(hour, 1, { latest: HOUR })).toEqual(hour);
        expect(panWindow(hour, -0.5)).toEqual({ start: -HOUR / 2, end: HOUR / 2 });
        expect(fitWindow({ start: -1, end: 1 }).end).toBe(MINUTE);
    });

    test("two fingers: each instant stays under its own", () => {
        expect(pinchWindow([HOUR, 2 * HOUR], [0.25, 0.75])).toEqual({
            start: HOUR / 2,
            end: 2.5 * HOUR,
        });
        expect(pinchWindow([HOUR, 2 * HOUR], [0.5, 0.5])).toBe(null);
    });
});

test("average, band, limits, marks and phases are drawn, gaps are not", async () => {
    const { chart } = await mountChart();
    const [low, high, average] = chart().data.datasets;
    expect(low.data.map(({ y }) => y)).toEqual([3.7, 3.8, NaN, 4.2]);
    expect(high.data.map(({ y }) => y)).toEqual([4.1, 9.5, NaN, 4.2]);
    expect(average.data.map(({ y }) => y)).toEqual([3.9, 4, NaN, 4.2]);
    expect(high.fill).toBe("-1");
    const { overlay } = chart().options.plugins;
    expect([overlay.bands.length, overlay.marks.length, overlay.phases.length]).toEqual([1, 1, 1]);
    expect(chart().scales.y.max).toBeGreaterThan(9.4);
    expect(chart().scales.x.min).toBe(START);
});

test("who does not see it gets a sentence, the values by keys, and a table", async () => {
    await mountChart();
    const words = queryOne(".o_iot_chart_canvas").getAttribute("aria-label");
    expect(words).toMatch(/^Tank 1\. Temperature: from 3\.9 °C .* to 4\.2 °C .*; lowest 3\.7 °C/);
    expect(words).toMatch(/highest 9\.5 °C\. Alerts: 1\.$/);
    queryOne(".o_iot_chart_canvas").focus();
    await press("End");
    await animationFrame();
    expect("p[aria-live]").toHaveText(/Temperature: 4\.2 °C$/);
    await press("ArrowLeft");
    await animationFrame();
    expect("p[aria-live]").toHaveText(/5:01.*Temperature: 4 °C \(3\.8 °C to 9\.5 °C\)$/);
    expect("table").toHaveCount(0);
    await click("summary");
    await animationFrame();
    await waitFor("table");
    expect("tbody tr").toHaveCount(3);
    expect(queryAllTexts(".o_iot_chart_table li")).toEqual([
        "Filling: from Mar 4, 5:00 AM to Mar 4, 5:05 AM",
        "High: Cooling late, Mar 4, 5:01 AM",
    ]);
});

test("new points are added to the picture that is there", async () => {
    const { props, chart } = await mountChart();
    const first = chart();
    const { data } = first.data.datasets[2];
    const [one] = props.series;
    props.series = [{ ...one, points: [...one.points, [at(11), 4.3], [at(20), 4.4]] }];
    await animationFrame();
    expect(chart() === first).toBe(true);
    expect(first.data.datasets[2].data === data).toBe(true);
    expect(data.map(({ y }) => y)).toEqual([3.9, 4, NaN, 4.2, 4.3, NaN, 4.4]);
});

test("buttons, keys and the wheel ask for another window", async () => {
    const windows = [];
    await mountChart({ onZoom: ({ start, end }) => windows.push([start - START, end - START]) });
    await click("[data-zoom=in]");
    await animationFrame();
    expect(windows.pop()).toEqual([15 * MINUTE, 45 * MINUTE]);
    queryOne(".o_iot_chart_canvas").focus();
    await press("-");
    await animationFrame();
    expect(windows.pop()).toEqual([0, HOUR]);
    await press(["Shift", "ArrowLeft"]);
    await animationFrame();
    expect(windows.pop()).toEqual([-15 * MINUTE, 45 * MINUTE]);
});

test("a selection with the mouse becomes the window, a click does not", async () => {
    const windows = [];
    const { chart } = await mountChart({ onZoom: (window) => windows.push(window) });
    const canvas = queryOne("canvas");
    const { left, top } = canvas.getBoundingClientRect();
    const { x } = chart().scales;
    const send = (type, minute) =>
        canvas.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                pointerId: 1,
                pointerType: "mouse",
                clientX: left + x.getPixelForValue(at(minute)),
                clientY: top + 20,
            })
        );
    send("pointerdown", 10);
    send("pointerup", 10);
    await animationFrame();
    expect(windows).toEqual([]);
    send("pointerdown", 10);
    send("pointermove", 40);
    send("pointerup", 40);
    await animationFrame();
    expect(Math.abs(windows[0].start - at(10))).toBeLessThan(MINUTE);
    expect(Math.abs(windows[0].end - at(40))).toBeLessThan(MINUTE);
});

test("where nothing was measured it says so, and one may still look elsewhere", async () => {
    await mountChart({
        series: [{ label: "Temperature", unit: "°C", points: [] }],
        onZoom: () => expect.step("zoom"),
    });
    expect(".o_iot_chart_nothing").toHaveText("Nothing was measured in this time.");
    await click("[data-zoom=earlier]");
    await animationFrame();
    expect.verifySteps(["zoom"]);
});

test("two units have two axes, and lines are told apart without colour", async () => {
    const points = [
        [at(0), 1],
        [at(1), 2],
    ];
    const { chart } = await mountChart({
        series: [
            { label: "Temperature", unit: "°C", points },
            { label: "Humidity", unit: "%", points },
        ],
    });
    expect(chart().data.datasets.map((dataset) => dataset.yAxisID)).toEqual([
        ...["y", "y", "y", "y1", "y1", "y1"],
    ]);
    expect(chart().data.datasets[5].borderDash).toEqual([6, 3]);
    expect(queryAll(".o_iot_chart_dashed")).toHaveLength(1);
    expect([chart().scales.y.position, chart().scales.y1.position]).toEqual(["left", "right"]);
});

test("from right to left the values stand at the right, time still runs to the right", async () => {
    defineParams({ lang_parameters: { direction: "rtl" } });
    const { chart } = await mountChart();
    expect(chart().scales.y.position).toBe("right");
    expect(".o_iot_chart_canvas").toHaveAttribute("dir", "ltr");
});

test("a picture can be taken, and nothing stays behind", async () => {
    let handle;
    class Parent extends Component {
        static components = { TimeChart };
        static props = {};
        static template = xml`<TimeChart t-if="state.shown" t-props="state.props"/>`;
        setup() {
            this.state = useState(state);
        }
    }
    const state = reactive({
        shown: true,
        props: makeProps({ onReady: (given) => (handle = given) }),
    });
    await mountWithCleanup(Parent);
    await waitFor("canvas");
    expect(handle.toPng()).toMatch(/^data:image\/png;base64,/);
    const before = Object.keys(Chart.instances).length;
    state.shown = false;
    await animationFrame();
    await runAllTimers();
    expect(Object.keys(Chart.instances)).toHaveLength(before - 1);
});
