import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { TimeChart } from "../time_chart/time_chart";
import { Timeline } from "./timeline";
import { describeDuration, describePercent, describeTime } from "./words";

const SPANS = [
    { id: "day", label: _t("24 hours") },
    { id: "week", label: _t("7 days") },
    { id: "month", label: _t("30 days") },
];
const COUNTS = [
    { id: "received", label: _t("Received") },
    { id: "rejected", label: _t("Rejected") },
    { id: "again", label: _t("Sent again by the broker") },
    { id: "late", label: _t("Late (5 minutes or more)") },
];

/** How a device has been: fetched when its page is opened, and not before. */
export class DeviceHealth extends Component {
    static template = "smartdairy_iot.DeviceHealth";
    static components = { TimeChart, Timeline };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.spans = SPANS;
        this.counts = COUNTS;
        this.trends = [
            { id: "battery", label: _t("Battery"), color: 0 },
            { id: "signal", label: _t("Signal"), color: 1 },
        ];
        this.range = { min: 0, max: 100 };
        this.describeDuration = describeDuration;
        this.describePercent = describePercent;
        this.state = useState({ span: "week", health: null, error: "" });
        onWillStart(() => this.load());
        useRecordObserver((record) => {
            if (record.resId !== this.loadedId) {
                this.load(record.resId);
            }
        });
    }

    async load(resId = this.props.record.resId) {
        this.loadedId = resId;
        this.state.error = "";
        if (!resId) {
            this.state.health = null;
            return;
        }
        const { span } = this.state;
        try {
            const health = await this.orm.silent.call("iot.device", "get_health", [resId], {
                span,
            });
            if (this.loadedId === resId && this.state.span === span) {
                this.state.health = health;
            }
        } catch (error) {
            this.state.health = null;
            this.state.error = error.data?.message || _t("The server does not answer.");
        }
    }

    show(span) {
        this.state.span = span;
        return this.load();
    }

    async open(method) {
        const { resId } = this.props.record;
        const action = await this.orm.call("iot.device", method, [[resId]]);
        await this.action.doAction(action);
    }

    /** @param {Array<[string, number]>} told ISO 8601 and percent */
    trend(label, color, told) {
        const points = told.map(([time, percent]) => [Date.parse(time), percent]);
        return [{ label, unit: "%", color, isStepped: true, points }];
    }

    time(iso) {
        return describeTime(iso, this.state.health.tz);
    }

    get shown() {
        const { start, end } = this.state.health;
        return { start: Date.parse(start), end: Date.parse(end) };
    }

    get clock() {
        const offset = this.state.health.clock_offset;
        if (!offset) {
            return _t("right, as far as is known");
        }
        const duration = describeDuration(Math.abs(offset));
        return offset > 0
            ? _t("%(duration)s ahead", { duration })
            : _t("%(duration)s behind", { duration });
    }
}

registry.category("view_widgets").add("iot_device_health", { component: DeviceHealth });
