/* global Chart */
import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";

import { Palette } from "./colors";
import { axesOf, toConfig, toOptions } from "./config";
import { averageOf, toData } from "./datasets";
import { Gestures } from "./gestures";
import { appended, nearest } from "./points";
import { TimeTable } from "./time_table";
import { describePoint, describeSeries, describeTime } from "./words";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };

/**
 * Values over time. Who shows it owns the window (`start`, `end`): `onZoom({start, end})` asks
 * for another one, for which it may bring other points.
 *
 * A point is `[ms, average, minimum, maximum]`; the last two may be missing, an average of null
 * is a gap. Bands are on the axis of their unit, or of the first series.
 */
export class TimeChart extends Component {
    static template = "smartdairy_iot.TimeChart";
    static components = { TimeTable };
    static props = {
        label: String,
        // [{label, unit, color?, points, gap?: ms that are still joined, isStepped?,
        //   ceiling?: the axis need not reach higher}]
        series: Array,
        bands: { type: Array, optional: true }, // [{from, to, color, label, unit?, start?, end?}]
        marks: { type: Array, optional: true }, // [{ms, label, severity}]
        phases: { type: Array, optional: true }, // [{start, end, label, color}]
        start: Number,
        end: Number,
        tz: String,
        onZoom: { type: Function, optional: true },
        limits: { type: Object, optional: true }, // {shortest, longest, latest}, ms
        range: { type: Object, optional: true }, // {min, max} of the values
        isCompact: { type: Boolean, optional: true },
        onReady: { type: Function, optional: true }, // ({toPng, getCanvas}) => …
    };
    static defaultProps = { bands: [], marks: [], phases: [], limits: {}, isCompact: false };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ readout: "", isTableOpen: false });
        this.cursor = { series: 0, ms: null };
        this.gestures = new Gestures({
            getChart: () => this.chart,
            getWindow: () => this.asked || { start: this.props.start, end: this.props.end },
            getLimits: () => this.props.limits,
            onZoom: (window) => this.zoom(window),
        });
        this.buttons = this.makeButtons();
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (el) => {
                if (el) {
                    this.create(el);
                    return () => this.destroy();
                }
            },
            () => [this.canvas.el]
        );
        useEffect(() => this.update());
    }

    // The picture ------------------------------------------------------------------

    create(el) {
        this.palette = new Palette(el);
        this.chart = new Chart(el, toConfig(this.props, this.palette));
        this.drawn = this.props;
        this.props.onReady?.({ toPng: () => this.toPng(), getCanvas: () => this.canvas.el });
    }

    destroy() {
        cancelAnimationFrame(this.frame);
        this.chart.destroy();
        this.chart = this.drawn = null;
    }

    /** New points are added to the picture; only another set of series makes it anew. */
    update() {
        const { chart, drawn, props } = this;
        this.asked = null;
        if (!chart || drawn === props) {
            return;
        }
        if (!isSameSet(drawn.series, props.series)) {
            chart.data.datasets = toConfig(props, this.palette).data.datasets;
        } else {
            props.series.forEach((one, index) => this.updatePoints(one, index));
        }
        this.drawn = props;
        chart.options = toOptions(props, axesOf(props.series), this.palette);
        chart.update("none");
    }

    updatePoints({ points, gap }, index) {
        const old = this.drawn.series[index].points;
        const datasets = this.chart.data.datasets.slice(averageOf(index) - 2);
        const added = appended(old, points);
        if (added && !added.length) {
            return;
        }
        if (added) {
            // From the last one on, so that a gap is seen; that one is there already.
            toData([old.at(-1), ...added], gap).forEach((data, part) =>
                datasets[part].data.push(...data.slice(1))
            );
        } else {
            toData(points, gap).forEach((data, part) => (datasets[part].data = data));
        }
    }

    /** @returns {string} a data URL, on the theme's own background */
    toPng() {
        const { canvas } = this.chart;
        const copy = document.createElement("canvas");
        copy.width = canvas.width;
        copy.height = canvas.height;
        const context = copy.getContext("2d");
        context.fillStyle = this.palette.surface;
        context.fillRect(0, 0, copy.width, copy.height);
        context.drawImage(canvas, 0, 0);
        return copy.toDataURL("image/png");
    }

    // The window -------------------------------------------------------------------

    /** A wheel turns faster than pictures are drawn: the last window of a frame counts. */
    zoom(window) {
        this.asked = window;
        cancelAnimationFrame(this.frame);
        this.frame = requestAnimationFrame(() => this.props.onZoom(window));
    }

    makeButtons() {
        const button = (id, icon, label, run) => ({ id, icon, label, run });
        const { gestures } = this;
        return [
            button("earlier", "fa-chevron-left", _t("Earlier"), () => gestures.pan(-0.5)),
            button("out", "fa-search-minus", _t("Zoom out"), () => gestures.zoom(2)),
            button("in", "fa-search-plus", _t("Zoom in"), () => gestures.zoom(0.5)),
            button("later", "fa-chevron-right", _t("Later"), () => gestures.pan(0.5)),
        ];
    }

    onWheel(ev) {
        if (this.props.onZoom) {
            this.gestures.onWheel(ev);
        }
    }

    onPointerdown(ev) {
        if (this.props.onZoom) {
            this.gestures.onDown(ev);
        }
    }

    // The values, without a mouse ---------------------------------------------------

    onKeydown(ev) {
        const isZoom = this.props.onZoom && this.gestures.onKey(ev);
        if (isZoom || (!ev.shiftKey && this.moveCursor(ev.key))) {
            ev.preventDefault();
            ev.stopPropagation();
        }
    }

    moveCursor(key) {
        const { series } = this.props;
        const isOther = key === "ArrowUp" || key === "ArrowDown";
        if (!series.length || !(key in STEPS || isOther || key === "Home" || key === "End")) {
            return false;
        }
        if (isOther) {
            const count = series.length;
            this.cursor.series =
                (this.cursor.series + (key === "ArrowUp" ? -1 : 1) + count) % count;
        }
        const { points } = series[this.cursor.series] || series[0];
        const last = points.length - 1;
        const at = this.cursor.ms === null ? last : nearest(points, this.cursor.ms);
        const isFirst = this.cursor.ms === null || isOther;
        const wanted = { Home: 0, End: last }[key] ?? (isFirst ? at : at + STEPS[key]);
        this.read(Math.min(Math.max(wanted, 0), last));
        return true;
    }

    read(index) {
        const { series, tz, start, end } = this.props;
        const { label, unit, points } = series[this.cursor.series] || series[0];
        const point = points[index];
        if (!point) {
            return;
        }
        this.cursor.ms = point[0];
        const time = describeTime(point[0], tz, end - start);
        this.state.readout = `${time}, ${label}: ${describePoint(point, unit)}`;
        const datasetIndex = averageOf(this.cursor.series);
        const drawn = this.chart.data.datasets[datasetIndex].data;
        const active = [{ datasetIndex, index: drawn.findIndex(({ x }) => x === point[0]) }];
        this.chart.setActiveElements(active);
        this.chart.tooltip.setActiveElements(active, { x: 0, y: 0 });
        this.chart.update("none");
    }

    onBlur() {
        this.chart?.setActiveElements([]);
        this.chart?.tooltip.setActiveElements([], { x: 0, y: 0 });
        this.chart?.update("none");
    }

    onToggle(ev) {
        this.state.isTableOpen = ev.target.open;
    }

    // Words ------------------------------------------------------------------------

    get hasPoints() {
        return this.props.series.some(({ points }) => points.length);
    }

    get hasHead() {
        return !this.props.isCompact && (this.props.series.length > 1 || this.props.onZoom);
    }

    get nothing() {
        return _t("Nothing was measured in this time.");
    }

    get words() {
        const { label, series, tz, marks, isCompact } = this.props;
        const sentences = series.map((one) => describeSeries(one, tz));
        if (marks.length) {
            sentences.push(_t("Alerts: %(count)s.", { count: marks.length }));
        }
        return (isCompact ? sentences : [`${label}.`, ...sentences]).join(" ");
    }

    get help() {
        return this.props.onZoom
            ? _t("Arrow keys read the values, plus and minus zoom, Shift and an arrow moves.")
            : _t("Arrow keys read the values.");
    }

    colorOf({ color }, index) {
        this.legend ||= new Palette(document.documentElement);
        return this.legend.get(color ?? index);
    }
}

function isSameSet(before, after) {
    const shape = (series) =>
        JSON.stringify(
            series.map(({ label, unit, color, gap, isStepped }) => [
                ...[label, unit, color, gap, isStepped],
            ])
        );
    return shape(before) === shape(after);
}
