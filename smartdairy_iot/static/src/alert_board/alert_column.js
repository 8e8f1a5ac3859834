import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { SEVERITIES, severityLabel, toMillis } from "../telemetry/format";
import { useAge } from "../telemetry/telemetry_hooks";
import { dropOf, stepsOf } from "./columns";

const ICONS = {
    critical: "fa-exclamation-circle",
    high: "fa-exclamation-triangle",
    medium: "fa-exclamation-triangle",
    low: "fa-info-circle",
};
/** Of an alert that is dragged: no other tab or program can drop one here. */
let dragged = null;

/** One alert: what it is and, by buttons, what dragging does as well. */
export class AlertCard extends Component {
    static template = "smartdairy_iot.AlertCard";
    static props = { alert: Object, mayAct: Boolean, isBusy: Boolean, onAct: Function };

    setup() {
        this.action = useService("action");
        useAge(() => toMillis(this.props.alert.resolved_at || this.props.alert.created_at));
    }

    get steps() {
        return this.props.mayAct ? stepsOf(this.props.alert) : [];
    }

    get isDraggable() {
        return this.steps.length > 0 && !this.props.isBusy;
    }

    labelOf(step) {
        const { device_name, message } = this.props.alert;
        return _t("%(step)s: %(device)s, %(message)s", {
            step: step.label,
            device: device_name,
            message,
        });
    }

    onDragStart(ev) {
        dragged = this.props.alert;
        ev.dataTransfer.effectAllowed = "move";
        ev.dataTransfer.setData("text/plain", dragged.message);
    }

    onDragEnd() {
        dragged = null;
    }

    open() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "iot.alert",
            res_id: this.props.alert.id,
            views: [[false, "form"]],
        });
    }
}

/** The alerts of one status, by severity. */
export class AlertColumn extends Component {
    static template = "smartdairy_iot.AlertColumn";
    static components = { AlertCard };
    static props = { column: Object, mayAct: Boolean, busy: Number, onAct: Function };

    setup() {
        this.state = useState({ isOver: false });
    }

    get groups() {
        return SEVERITIES.map((severity) => ({
            severity,
            label: severityLabel(severity),
            icon: ICONS[severity],
            alerts: this.props.column.alerts.filter((alert) => alert.severity === severity),
        })).filter((group) => group.alerts.length);
    }

    get drop() {
        return dragged && dropOf(dragged, this.props.column.id);
    }

    onDragOver(ev) {
        if (this.drop) {
            ev.preventDefault();
            this.state.isOver = true;
        }
    }

    onDrop(ev) {
        const { drop } = this;
        this.state.isOver = false;
        if (drop) {
            ev.preventDefault();
            this.props.onAct(drop, dragged);
        }
    }
}
