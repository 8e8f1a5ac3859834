import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { serializeDate, today } from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { BarChart } from "../bar_chart/bar_chart";
import { ExportMenu } from "../export/export_menu";

const FIELDS = [
    ["avg_fat_percent", 2],
    ["avg_protein_percent", 2],
    ["avg_scc", 0],
    ["avg_conductivity", 2],
    ["total_volume_liters", 1],
    ["animals_milked", 0],
];

/** Each day's milk, its quality and its grade. */
export class MilkReport extends Component {
    static template = "smartdairy_iot.MilkReport";
    static components = { BarChart, ExportMenu };
    static props = { days: Number, farm: Number };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ rows: null, error: "" });
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((props) => this.load(props));
    }

    async load({ days, farm } = this.props) {
        const kwargs = {
            farm_id: farm || false,
            start_date: serializeDate(today().minus({ days: days - 1 })),
            end_date: serializeDate(today()),
        };
        try {
            const told = await this.orm.call("iot.milk.quality", "get_quality_report", [], kwargs);
            this.state.rows = told.report;
            this.state.error = "";
        } catch (error) {
            this.state.error = error.data?.message || error.message;
        }
    }

    /** Nothing measured is a zero in the specification's report: here it is nothing. */
    cells(row) {
        return FIELDS.map(([name, digits]) =>
            row[name] ? formatFloat(row[name], { digits: [16, digits] }) : "–"
        );
    }

    get grades() {
        const counts = {};
        for (const { quality_grade } of this.state.rows) {
            counts[quality_grade] = (counts[quality_grade] || 0) + 1;
        }
        return Object.entries(counts)
            .sort(([a], [b]) => a.length - b.length || a.localeCompare(b))
            .map(([grade, count]) => ({ grade, count }));
    }

    gradeLabel({ grade, count }) {
        return count === 1
            ? _t("Grade %(grade)s: 1 day", { grade })
            : _t("Grade %(grade)s: %(count)s days", { grade, count });
    }

    get newestFirst() {
        return [...this.state.rows].reverse();
    }

    get labels() {
        return this.state.rows.map(({ date }) => date);
    }

    get series() {
        const values = this.state.rows.map((row) => row.total_volume_liters);
        return [{ label: String(_t("Litres")), values }];
    }

    get columns() {
        return [
            _t("Day"),
            _t("Grade"),
            _t("Fat (%)"),
            _t("Protein (%)"),
            _t("Somatic cells (per mL)"),
            _t("Conductivity (mS/cm)"),
            _t("Litres"),
            _t("Animals milked"),
        ].map(String);
    }

    get rows() {
        return this.state.rows.map((row) => [
            row.date,
            row.quality_grade,
            ...FIELDS.map(([name]) => row[name] || null),
        ]);
    }
}
