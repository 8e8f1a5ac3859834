import { Component, toRaw, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatQuantity, toMillis } from "../telemetry/format";
import { setText, useAge, useWhileSeen } from "../telemetry/telemetry_hooks";
import { liters } from "./production";

/** A stall and its meter: the milking that runs, with what the meter says this second. */
export class MeterCard extends Component {
    static template = "smartdairy_iot.MeterCard";
    static props = { meter: Object };

    setup() {
        this.action = useService("action");
        this.telemetry = useService("smartdairy_iot.telemetry");
        this.state = useState({ online: this.device?.online });
        this.flowRef = useRef("flow");
        useAge(() => toMillis(this.props.meter.session?.end));
        useWhileSeen("card", this.props.meter, () => this.write());
    }

    /** The snapshot may come after the card: it is looked up whenever it is needed. */
    get device() {
        return toRaw(this.telemetry.store.devices.get(this.props.meter.device_id));
    }

    /** Readings render nothing: the flow is written into the page. */
    write() {
        if (this.flowRef.el) {
            setText(this.flowRef.el, this.flow);
        }
        this.state.online = this.device?.online;
    }

    get isRunning() {
        return this.props.meter.session?.state === "running";
    }

    get status() {
        if (this.state.online === false) {
            return { level: "offline", icon: "fa-chain-broken", label: _t("Offline") };
        }
        if (this.isRunning) {
            return { level: "ok", icon: "fa-play-circle", label: _t("Milking") };
        }
        if (this.props.meter.session?.state === "incomplete") {
            return { level: "fault", icon: "fa-exclamation-triangle", label: _t("Incomplete") };
        }
        return { level: "none", icon: "fa-pause-circle-o", label: _t("Idle") };
    }

    get volume() {
        return liters(this.props.meter.session.liters);
    }

    /** What the meter says now; of a milking that is over it says nothing. */
    get flow() {
        const { values, units } = this.device || {};
        if (!this.isRunning || typeof values?.flow_rate !== "number") {
            return "";
        }
        return formatQuantity("flow_rate", values.flow_rate, units?.flow_rate || "L/min");
    }

    open() {
        const { session, id } = this.props.meter;
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: session ? "iot.milking.session" : "iot.device",
            res_id: session ? session.id : id,
            views: [[false, "form"]],
        });
    }
}
