import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

import { describeDuration, describePercent, describeTime } from "./words";

const LEAST = 0.15; // percent of the width: a short outage is seen as well

/** When the device was on line, as a bar; the same in words for who does not see it. */
export class Timeline extends Component {
    static template = "smartdairy_iot.Timeline";
    static props = { health: Object, percent: { type: [Number, { value: null }] } };

    get bars() {
        const { start, end, spans, tz } = this.props.health;
        const from = Date.parse(start);
        const whole = Date.parse(end) - from;
        return spans.map((span) => {
            const words = {
                state: span.is_online ? _t("Online") : _t("Offline"),
                from: describeTime(span.start, tz),
                to: describeTime(span.end, tz),
                duration: describeDuration(span.seconds),
            };
            return {
                key: `${span.start}${span.is_online}`,
                isOnline: span.is_online,
                left: (100 * (Date.parse(span.start) - from)) / whole,
                width: Math.max(LEAST, (100 * span.seconds * 1000) / whole),
                title: _t("%(state)s from %(from)s to %(to)s (%(duration)s)", words),
            };
        });
    }

    get from() {
        return describeTime(this.props.health.start, this.props.health.tz);
    }

    get to() {
        return describeTime(this.props.health.end, this.props.health.tz);
    }

    get words() {
        return _t(
            "Online %(percent)s of the known time from %(from)s to %(to)s; outages: %(count)s",
            {
                percent: describePercent(this.props.percent),
                from: this.from,
                to: this.to,
                count: this.props.health.outage_count,
            }
        );
    }
}
