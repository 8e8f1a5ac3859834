import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { BarChart } from "../bar_chart/bar_chart";
import { ExportMenu } from "../export/export_menu";
import { toMillis } from "../telemetry/format";
import { liters, percent } from "./production";

const { DateTime } = luxon;

/** One animal: its milk by the day beside its own average, and its last milkings. */
export class AnimalHistory extends Component {
    static template = "smartdairy_iot.AnimalHistory";
    static components = { BarChart, ExportMenu };
    static props = { animal: Number, tz: String, onClose: Function };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ told: null, error: "" });
        this.liters = liters;
        this.percent = percent;
        onWillStart(() => this.load(this.props.animal));
        onWillUpdateProps(({ animal }) => animal !== this.props.animal && this.load(animal));
    }

    async load(animal) {
        try {
            this.state.told = await this.orm.call("farm.animal", "get_milking_history", [[animal]]);
            this.state.error = "";
        } catch (error) {
            this.state.error = error.data?.message || error.message;
        }
    }

    get series() {
        const { days } = this.state.told;
        return [
            { label: String(_t("Litres")), values: days.map((day) => day.liters) },
            { label: String(_t("Own average before")), values: days.map((day) => day.average) },
        ];
    }

    get labels() {
        return this.state.told.days.map(({ day }) => day);
    }

    get columns() {
        return [_t("Day"), _t("Litres"), _t("Own average (L)"), _t("Change (%)")].map(String);
    }

    get rows() {
        return this.state.told.days.map((d) => [d.day, d.liters, d.average, d.change]);
    }

    time(iso) {
        return DateTime.fromMillis(toMillis(iso), { zone: this.props.tz }).toLocaleString({
            month: "short",
            day: "numeric",
            hour: "numeric",
            minute: "numeric",
        });
    }

    open() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "farm.animal",
            res_id: this.props.animal,
            views: [[false, "form"]],
        });
    }
}
