import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { severityLabel, toMillis } from "../telemetry/format";

const { DateTime } = luxon;
const LEAST = 0.4; // percent of the width: a brief alert is seen as well

/** When which device had an alert, of the last week; one line for each device. */
export class AlertTimeline extends Component {
    static template = "smartdairy_iot.AlertTimeline";
    static props = { spans: Array, start: String, now: String, isCut: Boolean };

    setup() {
        this.action = useService("action");
    }

    get window() {
        const start = toMillis(this.props.start);
        return { start, length: toMillis(this.props.now) - start };
    }

    get days() {
        const { start, length } = this.window;
        const days = [];
        let day = DateTime.fromMillis(start).plus({ days: 1 }).startOf("day");
        for (; day.toMillis() < start + length; day = day.plus({ days: 1 })) {
            days.push({
                key: day.toMillis(),
                left: (100 * (day.toMillis() - start)) / length,
                label: day.toLocaleString({ weekday: "short", day: "numeric" }),
            });
        }
        return days;
    }

    get lines() {
        const lines = new Map();
        for (const span of this.props.spans) {
            const line = lines.get(span.device_id) || { name: span.device_name, bars: [] };
            line.bars.push(this.barOf(span));
            lines.set(span.device_id, line);
        }
        return [...lines].map(([id, line]) => ({ id, ...line }));
    }

    barOf(span) {
        const { start, length } = this.window;
        const from = Math.max(start, toMillis(span.start));
        const until = span.end ? toMillis(span.end) : start + length;
        const width = Math.max(LEAST, (100 * (until - from)) / length);
        return {
            id: span.id,
            severity: span.severity,
            left: Math.min((100 * (from - start)) / length, 100 - width),
            width,
            title: this.describe(span),
        };
    }

    describe(span) {
        const time = (iso) =>
            DateTime.fromMillis(toMillis(iso)).toLocaleString(DateTime.DATETIME_SHORT);
        const said = {
            severity: severityLabel(span.severity),
            message: span.message,
            start: time(span.start),
        };
        return span.end
            ? _t("%(severity)s: %(message)s, from %(start)s to %(end)s", {
                  ...said,
                  end: time(span.end),
              })
            : _t("%(severity)s: %(message)s, since %(start)s", said);
    }

    open(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "iot.alert",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}
