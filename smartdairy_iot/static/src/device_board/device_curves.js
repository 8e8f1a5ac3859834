import { Component, onWillDestroy, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { ExportMenu } from "../export/export_menu";
import { toMillis } from "../telemetry/format";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { TimeChart } from "../time_chart/time_chart";
import { describeMark, describeTime } from "../time_chart/words";
import { addLive, fromWindow, MOST_LIVE, SPANS, toRows, toWindow } from "./curve_window";
import { toBands } from "./limit_bands";

const DELAY = 200; // ms from the last turn of a wheel to the next fetch
const REFRESH = 60_000;

/** A device's values over time, from minutes to 90 days; the present goes on by itself. */
export class DeviceCurves extends Component {
    static template = "smartdairy_iot.DeviceCurves";
    static components = { ExportMenu, TimeChart };
    static props = {
        device: Object, // see `get_curve_device`
        measures: Array, // names of reading types; empty: the main one
        span: Number, // minutes
        end: Number, // ms, 0 follows the clock
        onChange: Function, // ({measures?, span?, end?}) => …
    };

    setup() {
        this.orm = useService("orm");
        this.telemetry = useTelemetry();
        this.spans = SPANS;
        this.keepLast = new KeepLast();
        this.state = useState({ phase: "loading", series: [], marks: [], error: "", now: 0 });
        this.columns = [
            ...[_t("Time"), _t("Measure"), _t("Average"), _t("Minimum"), _t("Maximum")],
            _t("Unit"),
        ];
        this.state.now = this.telemetry.now();
        onWillStart(() => this.load());
        onWillUpdateProps((next) => this.onNextProps(next));
        this.liveCount = 0;
        onWillDestroy(this.telemetry.onTick((now) => this.onTick(now)));
        onWillDestroy(() => browser.clearTimeout(this.timer));
    }

    get shown() {
        return toWindow(this.props, this.state.now);
    }

    get measures() {
        const known = this.props.device.reading_types.map(({ id }) => id);
        const wanted = this.props.measures.filter((name) => known.includes(name));
        return wanted.length ? wanted : known.slice(0, 1);
    }

    // Fetch --------------------------------------------------------------------------

    onNextProps(next) {
        const isOther = ["measures", "span", "end"].some((key) => next[key] !== this.props[key]);
        if (next.device.id !== this.props.device.id) {
            Object.assign(this.state, { phase: "loading", series: [], marks: [] });
            this.liveCount = 0;
        } else if (!isOther) {
            return;
        }
        this.state.now = this.telemetry.now();
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.load(), DELAY);
    }

    async load() {
        const { device } = this.props;
        this.state.now = this.telemetry.now();
        const { start, end } = this.shown;
        this.loadedAt = this.state.now;
        const args = [[device.id], this.measures, Math.round(start), Math.round(end)];
        try {
            const found = await this.keepLast.add(
                this.orm.silent.call("iot.device", "get_series", args)
            );
            this.liveCount = 0;
            const { series, marks } = found;
            Object.assign(this.state, { series, marks, phase: "ready", error: "" });
        } catch (error) {
            this.state.error = error.data?.message || _t("The server does not answer.");
            this.state.phase = "failed";
        }
    }

    // Live ---------------------------------------------------------------------------

    /** Once a second: what came since, and after a while the series anew. */
    onTick(now) {
        if (this.props.end || this.state.phase !== "ready") {
            return;
        }
        if (now - this.loadedAt > REFRESH || this.liveCount > MOST_LIVE) {
            this.load();
            return;
        }
        const entry = this.telemetry.store.devices.get(this.props.device.device_id);
        if (!entry) {
            return;
        }
        const ms = toMillis(entry.time);
        const series = this.state.series.map((one) => {
            const points = !entry.fault && addLive(one.points, ms, entry.values[one.reading_type]);
            return points ? { ...one, points } : one;
        });
        if (series.some((one, index) => one !== this.state.series[index])) {
            this.liveCount++;
            this.state.series = series;
            this.state.now = now;
        }
    }

    // What is shown --------------------------------------------------------------------

    get series() {
        return this.state.series.map(({ label, unit, gap, points }) => ({
            ...{ label, unit, gap, points },
        }));
    }

    get bands() {
        return toBands(this.state.series);
    }

    describeMark(mark) {
        return describeMark(mark, this.props.device.tz);
    }

    get label() {
        return `${this.props.device.name} (${this.props.device.device_id})`;
    }

    get rows() {
        const { tz } = this.props.device;
        return () => toRows(this.state.series, (ms) => describeTime(ms, tz, 0));
    }

    get getCanvas() {
        return () => this.chart.getCanvas();
    }

    onReady(chart) {
        this.chart = chart;
    }

    onZoom(window) {
        const now = this.telemetry.now();
        this.state.now = now;
        const end = Math.min(window.end, now);
        this.props.onChange(fromWindow({ start: end - (window.end - window.start), end }, now));
    }

    showSpan(span) {
        this.props.onChange({ span, end: 0 });
    }

    toggle(id) {
        const { measures } = this;
        const next = measures.includes(id)
            ? measures.filter((name) => name !== id)
            : [...measures, id];
        this.props.onChange({ measures: next });
    }
}
