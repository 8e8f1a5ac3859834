import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatQuantity, severityLabel, toMillis } from "../telemetry/format";
import { useAge } from "../telemetry/telemetry_hooks";

/** More rows than a person reads at once; the others come when asked for. */
const AT_ONCE = 50;

/** Conditions that hold or do not: their value is 1. */
const WITHOUT_LIMIT = ["offline", "stuck", "implausible"];

const SEVERITY_STYLES = {
    critical: { icon: "fa-exclamation-circle", badge: "text-bg-danger" },
    high: { icon: "fa-exclamation-triangle", badge: "text-bg-danger" },
    medium: { icon: "fa-exclamation-triangle", badge: "text-bg-warning" },
    low: { icon: "fa-info-circle", badge: "text-bg-info" },
};

export class AlertRow extends Component {
    static template = "smartdairy_iot.AlertRow";
    static props = { alert: Object, mayAct: Boolean };

    setup() {
        this.action = useService("action");
        this.notification = useService("notification");
        this.telemetry = useService("smartdairy_iot.telemetry");
        this.state = useState({ busy: false });
        this.row = useRef("row");
        useAge(() => toMillis(this.props.alert.created_at));
    }

    get style() {
        return SEVERITY_STYLES[this.props.alert.severity];
    }

    get severity() {
        return severityLabel(this.props.alert.severity);
    }

    /** "9.4 °C (limit 4 °C)": the worst so far, the message says what it began with. */
    get trigger() {
        const { kind, peak_value, trigger_value, threshold_value, unit } = this.props.alert;
        const worst = typeof peak_value === "number" ? peak_value : trigger_value;
        if (typeof worst !== "number" || WITHOUT_LIMIT.includes(kind)) {
            return "";
        }
        const value = formatQuantity("", worst, unit);
        return typeof threshold_value === "number"
            ? _t("%(value)s (limit %(limit)s)", {
                  value,
                  limit: formatQuantity("", threshold_value, unit),
              })
            : value;
    }

    get acknowledgeLabel() {
        return _t("Acknowledge: %(device)s, %(message)s", {
            device: this.props.alert.device_name,
            message: this.props.alert.message,
        });
    }

    get acknowledgedLabel() {
        return _t("Acknowledged by %(user)s", { user: this.props.alert.acknowledged_by });
    }

    get assignedLabel() {
        return _t("Assigned to %(user)s", { user: this.props.alert.assigned_to });
    }

    open() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "iot.alert",
            res_id: this.props.alert.id,
            views: [[false, "form"]],
        });
    }

    async acknowledge() {
        this.state.busy = true;
        try {
            await this.telemetry.acknowledge(this.props.alert);
            // The button is about to go, the keyboard user stays where the alert is.
            this.row.el?.focus();
        } catch (error) {
            this.notification.add(error.data?.message || error.message, {
                title: _t("The alert could not be acknowledged"),
                type: "danger",
            });
        }
        this.state.busy = false;
    }
}

export class AlertList extends Component {
    static template = "smartdairy_iot.AlertList";
    static components = { AlertRow };
    static props = {};

    setup() {
        this.action = useService("action");
        this.notification = useService("notification");
        this.telemetry = useService("smartdairy_iot.telemetry");
        this.state = useState(this.telemetry.store.state);
        this.own = useState({ busy: false, most: AT_ONCE });
        onWillStart(async () => {
            this.mayAct = await user.checkAccessRight("iot.alert", "write");
        });
    }

    get shown() {
        return this.state.alerts.slice(0, this.own.most);
    }

    get moreLabel() {
        return _t("Show more (%(count)s)", { count: this.state.alerts.length - this.own.most });
    }

    /** The server sends the worst ones. */
    get isCut() {
        return this.state.kpi.alerts > this.state.alerts.length;
    }

    get allLabel() {
        return _t("All %(count)s in a list", { count: this.state.kpi.alerts });
    }

    showAll() {
        return this.action.doAction("smartdairy_iot.iot_alert_action", {
            additionalContext: { search_default_open: 1 },
        });
    }

    showMore() {
        this.own.most += AT_ONCE;
    }

    /** What is over, and nobody has seen yet. */
    get cleared() {
        return this.state.alerts.filter((alert) => !alert.is_active && !alert.acknowledged_at);
    }

    async acknowledgeCleared() {
        this.own.busy = true;
        try {
            await this.telemetry.acknowledgeAll(this.cleared);
        } catch (error) {
            this.notification.add(error.data?.message || error.message, {
                title: _t("The alerts could not be acknowledged"),
                type: "danger",
            });
        }
        this.own.busy = false;
    }
}
