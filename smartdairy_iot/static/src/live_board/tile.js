import { Component, toRaw, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import {
    formatLimits,
    formatMeasure,
    formatQuantity,
    heardAt,
    mainMeasure,
    statusLabel,
} from "../telemetry/format";
import { useAge } from "../telemetry/telemetry_hooks";

const TYPE_ICONS = {
    temperature: "fa-thermometer-half",
    milk_meter: "fa-tint",
    ph_sensor: "fa-flask",
    flow_sensor: "fa-exchange",
    humidity: "fa-cloud",
    pressure: "fa-tachometer",
    gateway: "fa-wifi",
};

const STATUS_ICONS = {
    ok: "fa-check-circle",
    alarm: "fa-exclamation-triangle",
    fault: "fa-wrench",
    offline: "fa-chain-broken",
    nodata: "fa-circle-o",
};

const LOW_BATTERY = 20;

/** One device. It listens to its own entry of the store only. */
export class Tile extends Component {
    static template = "smartdairy_iot.Tile";
    static props = { device: Object };

    setup() {
        this.device = useState(this.props.device);
        this.action = useService("action");
        useAge(() => heardAt(toRaw(this.device)));
    }

    get measure() {
        return mainMeasure(this.device);
    }

    get value() {
        if (this.device.device_type === "gateway" && !this.measure) {
            return this.device.online ? _t("Online") : _t("Offline");
        }
        return formatMeasure(this.measure, this.device.values[this.measure]);
    }

    get unit() {
        return this.measure && this.device.units[this.measure];
    }

    /** The other measures of the same device, in one line. */
    get details() {
        const { values, units } = this.device;
        return Object.keys(values)
            .filter((measure) => measure !== this.measure && typeof values[measure] === "number")
            .map((measure) => formatQuantity(measure, values[measure], units[measure]))
            .join(" · ");
    }

    get limits() {
        return formatLimits(this.device, this.unit);
    }

    get typeIcon() {
        return TYPE_ICONS[this.device.device_type];
    }

    get statusIcon() {
        const { status, stale } = this.device;
        return status === "ok" && stale ? "fa-clock-o" : STATUS_ICONS[status];
    }

    get statusLabel() {
        return statusLabel(this.device);
    }

    /** Zero is unknown: a device with an empty battery sends nothing. */
    get hasLowBattery() {
        const { battery } = this.device;
        return battery > 0 && battery <= LOW_BATTERY;
    }

    open() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "iot.device",
            res_id: this.device.id,
            views: [[false, "form"]],
        });
    }
}
