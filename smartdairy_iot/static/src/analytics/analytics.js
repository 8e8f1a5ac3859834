import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BoardFrame } from "../board/board_frame";
import { boards } from "../board/boards";
import { useUrlState } from "../board/url_state";
import { ExportMenu } from "../export/export_menu";
import { TimeChart } from "../time_chart/time_chart";
import { MilkReport } from "./milk_report";
import {
    anomalyRows,
    cut,
    describeAnomaly,
    marksOf,
    seriesOf,
    tellApart,
    trendRows,
} from "./trend";

const MOST_DEVICES = 6;
const DAYS = [7, 30, 90];
const VIEWS = ["trends", "quality"];

/** Ninety days of what was measured and milked: what is unusual, and how devices compare. */
export class Analytics extends Component {
    static template = "smartdairy_iot.Analytics";
    static components = { BoardFrame, ExportMenu, MilkReport, TimeChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.notification = useService("notification");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ choices: null, trend: null, failed: false, busy: false });
        this.zoom = useState({ start: 0, end: 0 });
        this.url = useUrlState({
            view: "trends",
            measure: "temperature",
            devices: [],
            days: 90,
            compare: false,
            farm: 0,
        });
        this.days = DAYS;
        onWillStart(() => this.start());
    }

    async start() {
        try {
            const choices = await this.orm.call("iot.device", "get_analytics_choices", []);
            choices.devices = tellApart(choices.devices, choices.farms);
            this.state.choices = choices;
            this.state.failed = false;
            if (!this.chosen.length && this.devices.length) {
                this.url.devices = [this.devices[0].id];
            }
            await this.load();
        } catch (error) {
            this.fail(error);
        }
    }

    fail(error) {
        this.state.failed = true;
        this.state.busy = false;
        this.notification.add(error.data?.message || error.message, { type: "danger" });
    }

    async load() {
        if (!this.chosen.length) {
            this.keepLast.add(Promise.resolve()); // what was asked for comes too late
            this.state.trend = null;
            this.state.busy = false;
            return;
        }
        const { measure, days, compare } = this.url;
        this.state.busy = true;
        try {
            const ids = this.chosen.map(({ id }) => id);
            const kwargs = { days, is_compared: compare };
            const trend = await this.keepLast.add(
                this.orm.call("iot.device", "get_analytics", [ids, measure], kwargs)
            );
            const names = new Map(this.state.choices.devices.map(({ id, name }) => [id, name]));
            for (const one of trend.series) {
                one.name = names.get(one.id) || one.name;
            }
            this.state.trend = trend;
            Object.assign(this.zoom, {
                start: this.state.trend.start,
                end: this.state.trend.end,
            });
            this.state.busy = false;
        } catch (error) {
            this.state.trend = null; // it is no answer to what is chosen now
            this.fail(error);
        }
    }

    get phase() {
        if (!this.state.choices) {
            return this.state.failed ? "failed" : "loading";
        }
        return "ready";
    }

    get views() {
        const labels = { trends: _t("Trends"), quality: _t("Milk quality and production") };
        return VIEWS.map((id) => ({ id, label: labels[id] }));
    }

    get measures() {
        const measured = new Set(this.state.choices.devices.flatMap(({ measures }) => measures));
        return Object.entries(this.state.choices.measures)
            .filter(([id]) => measured.has(id))
            .map(([id, { label, unit }]) => ({ id, label: `${label} (${unit})` }));
    }

    /** What measures it, of the farm that is shown. */
    get devices() {
        const { measure, farm } = this.url;
        return this.state.choices.devices.filter(
            ({ measures, farm_id }) => measures.includes(measure) && (!farm || farm_id === farm)
        );
    }

    get chosen() {
        const asked = new Set(this.url.devices);
        return this.devices.filter(({ id }) => asked.has(id)).slice(0, MOST_DEVICES);
    }

    get others() {
        const chosen = new Set(this.chosen.map(({ id }) => id));
        return this.devices.filter(({ id }) => !chosen.has(id));
    }

    get isFull() {
        return this.chosen.length >= MOST_DEVICES;
    }

    set(changes) {
        Object.assign(this.url, changes);
        const isOther = "measure" in changes || "farm" in changes;
        if (isOther && !this.chosen.length && this.devices.length) {
            this.url.devices = [this.devices[0].id];
        }
        return this.load();
    }

    add(id) {
        if (id) {
            return this.set({ devices: [...this.chosen.map((device) => device.id), id] });
        }
    }

    remove(id) {
        return this.set({
            devices: this.chosen.map((device) => device.id).filter((other) => other !== id),
        });
    }

    get series() {
        return seriesOf(this.state.trend);
    }

    get marks() {
        return marksOf(this.state.trend);
    }

    get anomalies() {
        const { trend } = this.state;
        return trend.series
            .flatMap(({ id, name, anomalies }) => anomalies.map((told) => ({ ...told, id, name })))
            .sort((a, b) => b.start - a.start)
            .map((told) => ({
                key: `${told.id} ${told.start}`,
                side: told.side,
                text: describeAnomaly(told, trend.unit, trend.tz),
            }));
    }

    get columns() {
        return this.table.columns;
    }

    /** Of the window that is seen, after zooming too. */
    get table() {
        const { start, end } = this.zoom;
        return trendRows(cut(this.state.trend, start, end));
    }

    get anomalyTable() {
        return anomalyRows(this.state.trend);
    }

    get limits() {
        const { start, end } = this.state.trend;
        return { shortest: 6 * 3600 * 1000, longest: end - start, latest: end };
    }

    onZoom({ start, end }) {
        Object.assign(this.zoom, { start, end });
    }
}

registry.category("actions").add("smartdairy_iot.analytics", Analytics);
boards.add(
    "analytics",
    { label: _t("Analytics"), path: "iot-analytics", icon: "fa-line-chart" },
    { sequence: 60 }
);
