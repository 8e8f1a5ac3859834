import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { BarChart } from "../bar_chart/bar_chart";
import { describeDuration } from "../device_health/words";
import { ExportMenu } from "../export/export_menu";
import { SEVERITIES, severityLabel } from "../telemetry/format";

const COLORS = { critical: "danger", high: "orange", medium: "warning", low: "info" };
const SPANS = [7, 30, 90];

/** How soon alerts were seen and over, and which of them are only noise. */
export class AlertStatistics extends Component {
    static template = "smartdairy_iot.AlertStatistics";
    static components = { BarChart, ExportMenu };
    static props = { farm: Number };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ days: 90, told: null, error: "" });
        this.spans = SPANS.map((days) => ({ days, label: _t("%(days)s days", { days }) }));
        onWillStart(async () => {
            this.mayChange = await user.checkAccessRight("iot.threshold", "write");
            await this.load();
        });
    }

    async load() {
        const kwargs = { days: this.state.days, farm_id: this.props.farm || false };
        this.state.error = "";
        try {
            this.state.told = await this.keepLast.add(
                this.orm.call("iot.alert", "get_alert_statistics", [], kwargs)
            );
        } catch (error) {
            this.state.error = error.data?.message || error.message;
        }
    }

    show(days) {
        this.state.days = days;
        return this.load();
    }

    get total() {
        return this.state.told.severities.reduce((sum, { count }) => sum + count, 0);
    }

    /** Of all severities in one: a mean weighs by what it is the mean of. */
    mean(minutes, count) {
        const rows = this.state.told.severities.filter((row) => row[count]);
        const number = rows.reduce((sum, row) => sum + row[count], 0);
        const total = rows.reduce((sum, row) => sum + row[minutes] * row[count], 0);
        return number ? this.duration(total / number) : "–";
    }

    duration(minutes) {
        return minutes === null ? "–" : describeDuration(minutes * 60);
    }

    number(value) {
        return formatFloat(value, { digits: [16, 0] });
    }

    get severities() {
        const rows = new Map(this.state.told.severities.map((row) => [row.severity, row]));
        return SEVERITIES.filter((id) => rows.has(id)).map((id) => ({
            ...rows.get(id),
            label: severityLabel(id),
        }));
    }

    get chart() {
        const { by_day } = this.state.told;
        const days = [...new Set(by_day.map(({ day }) => day))].sort();
        const counts = new Map(by_day.map((row) => [row.day + row.severity, row.count]));
        return {
            labels: days,
            series: SEVERITIES.map((severity) => ({
                label: String(severityLabel(severity)),
                color: COLORS[severity],
                values: days.map((day) => counts.get(day + severity) || 0),
            })),
        };
    }

    get columns() {
        return [
            _t("Rule"),
            _t("Alerts"),
            _t("Dismissed"),
            _t("Half Lasted Less (min)"),
            _t("Hint"),
        ].map(String);
    }

    get rows() {
        return this.state.told.rules.map((rule) => [
            rule.name,
            rule.count,
            rule.dismissed,
            rule.median_minutes,
            rule.hint ? rule.hint.text : null,
        ]);
    }

    open(model, id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}
