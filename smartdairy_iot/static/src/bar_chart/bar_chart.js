/* global Chart */
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { localization } from "@web/core/l10n/localization";
import { pyToJsLocale } from "@web/core/l10n/utils/locales";
import { formatFloat } from "@web/core/utils/numbers";

const THEME = ["danger", "warning", "info", "success", "primary", "secondary", "orange"];

/**
 * Bars for what is counted or summed up, and the same as a table for who does not see them.
 *
 * `series` is `[{label, values, color?}]`, a value for each of `labels`; null is no bar.
 */
export class BarChart extends Component {
    static template = "smartdairy_iot.BarChart";
    static props = {
        label: String,
        labels: Array,
        series: Array,
        unit: { type: String, optional: true },
        isStacked: { type: Boolean, optional: true },
        onReady: { type: Function, optional: true },
    };
    static defaultProps = { unit: "", isStacked: false };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (el) => {
                const chart = new Chart(el, this.makeConfig(el));
                this.props.onReady?.({ getCanvas: () => el });
                return () => chart.destroy();
            },
            () => [this.canvas.el, JSON.stringify([this.props.labels, this.props.series])]
        );
    }

    describe(value) {
        if (value === null || value === undefined) {
            return "–";
        }
        const number = formatFloat(value, { digits: [16, 1], trailingZeros: false });
        return `${number} ${this.props.unit}`.trim();
    }

    makeConfig(el) {
        const style = getComputedStyle(el);
        const scheme = cookie.get("color_scheme");
        const color = (name, index) =>
            THEME.includes(name)
                ? style.getPropertyValue(`--${name}`).trim() ||
                  getColor(2 * index + 1, scheme, "md")
                : getColor(2 * index + 1, scheme, "md");
        const line = style.getPropertyValue("--border-color").trim() || "#8886";
        const axis = { ticks: { color: style.color }, grid: { color: line } };
        const { isStacked, labels, series, unit } = this.props;
        return {
            type: "bar",
            data: {
                labels,
                datasets: series.map((one, index) => ({
                    label: one.label,
                    data: one.values,
                    backgroundColor: color(one.color, index),
                    maxBarThickness: 40,
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                locale: pyToJsLocale(localization.code) || undefined,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { display: series.length > 1, labels: { color: style.color } },
                    tooltip: {
                        callbacks: {
                            label: ({ dataset, parsed }) =>
                                `${dataset.label}: ${this.describe(parsed.y)}`,
                        },
                    },
                },
                scales: {
                    x: { ...axis, stacked: isStacked, grid: { display: false } },
                    y: {
                        ...axis,
                        stacked: isStacked,
                        beginAtZero: true,
                        position: localization.direction === "rtl" ? "right" : "left",
                        // What has no unit is counted: no tenth of an alert.
                        ticks: { ...axis.ticks, ...(unit ? {} : { precision: 0 }) },
                        title: { display: Boolean(unit), text: unit, color: style.color },
                    },
                },
            },
        };
    }
}
