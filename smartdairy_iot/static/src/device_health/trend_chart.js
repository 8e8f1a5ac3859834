/* global Chart */
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";

import { describeTime } from "./words";

/** A small line of percentages, 0 to 100, and what it shows in a sentence. */
export class TrendChart extends Component {
    static template = "smartdairy_iot.TrendChart";
    static props = {
        label: String,
        points: Array, // [[ISO 8601, percent]]
        start: String,
        end: String,
        tz: String,
        color: { type: Number, optional: true },
    };
    static defaultProps = { color: 0 };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                if (!this.canvas.el) {
                    return;
                }
                const chart = new Chart(this.canvas.el, this.config);
                return () => chart.destroy();
            },
            () => [this.props.points]
        );
    }

    get words() {
        const { label, points, tz } = this.props;
        if (!points.length) {
            return _t("%(label)s: the device did not tell it.", { label });
        }
        const values = points.map((point) => point[1]);
        return _t(
            "%(label)s: from %(first)s % on %(from)s to %(last)s % on %(to)s; lowest %(low)s %, highest %(high)s %.",
            {
                label,
                first: values[0],
                last: values.at(-1),
                low: Math.min(...values),
                high: Math.max(...values),
                from: describeTime(points[0][0], tz),
                to: describeTime(points.at(-1)[0], tz),
            }
        );
    }

    get config() {
        const { label, points, start, end, tz } = this.props;
        const color = getColor(this.props.color, cookie.get("color_scheme"));
        return {
            type: "line",
            data: {
                datasets: [
                    {
                        label,
                        data: points.map(([time, y]) => ({ x: Date.parse(time), y })),
                        borderColor: color,
                        backgroundColor: color,
                        borderWidth: 2,
                        pointRadius: points.length > 60 ? 0 : 2,
                        stepped: true,
                    },
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        callbacks: {
                            title: ([item]) =>
                                describeTime(new Date(item.parsed.x).toISOString(), tz),
                            label: (item) => `${label}: ${item.parsed.y} %`,
                        },
                    },
                },
                scales: {
                    x: {
                        type: "linear",
                        min: Date.parse(start),
                        max: Date.parse(end),
                        ticks: { display: false },
                        grid: { display: false },
                    },
                    y: { min: 0, max: 100, ticks: { stepSize: 50 } },
                },
            },
        };
    }
}
