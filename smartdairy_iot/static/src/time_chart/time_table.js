import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

import { tableRows } from "./points";
import { describeMark, describePoint, describeTime } from "./words";

/** What a chart shows, for those who do not see it: made only when it is opened. */
export class TimeTable extends Component {
    static template = "smartdairy_iot.TimeTable";
    static props = {
        label: String,
        series: Array,
        marks: Array,
        phases: Array,
        tz: String,
        span: Number,
    };

    get rows() {
        const { series, tz, span } = this.props;
        return tableRows(series).map(({ ms, cells }) => ({
            ms,
            time: describeTime(ms, tz, span),
            cells: cells.map((point, index) =>
                point ? describePoint(point, series[index].unit) : ""
            ),
        }));
    }

    get remarks() {
        const { marks, phases, tz } = this.props;
        const time = (ms) => describeTime(ms, tz);
        return [
            ...phases.map(({ label, start, end }) =>
                _t("%(label)s: from %(from)s to %(to)s", {
                    label,
                    from: time(start),
                    to: time(end),
                })
            ),
            ...marks.map((mark) => describeMark(mark, tz)),
        ];
    }
}
