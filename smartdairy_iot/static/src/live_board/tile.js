import { Component, toRaw, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { openBoard } from "../board/boards";
import {
    formatLimits,
    formatMeasure,
    formatQuantity,
    heardAt,
    mainMeasure,
    statusLabel,
} from "../telemetry/format";
import { sparkline } from "../telemetry/sparkline";
import { setText, useWhileSeen } from "../telemetry/telemetry_hooks";

export const TYPE_ICONS = {
    temperature: "fa-thermometer-half",
    milk_meter: "fa-tint",
    ph_sensor: "fa-flask",
    flow_sensor: "fa-exchange",
    humidity: "fa-cloud",
    pressure: "fa-tachometer",
    gateway: "fa-wifi",
};

export const STATUS_ICONS = {
    ok: "fa-check-circle",
    alarm: "fa-exclamation-triangle",
    fault: "fa-wrench",
    offline: "fa-chain-broken",
    nodata: "fa-circle-o",
};

const LOW_BATTERY = 20;

/**
 * One device. It renders when its status changes; its value, age and line are written into the
 * page as they come, while they are seen.
 */
export class Tile extends Component {
    static template = "smartdairy_iot.Tile";
    static props = { device: Object };

    setup() {
        this.device = useState(this.props.device);
        this.telemetry = useService("smartdairy_iot.telemetry");
        this.refs = {};
        for (const name of ["value", "unit", "details", "age", "line"]) {
            this.refs[name] = useRef(name);
        }
        useWhileSeen(
            "tile",
            this.raw,
            () => this.write(),
            () => this.wantLine()
        );
    }

    wantLine() {
        if (this.refs.line.el) {
            this.telemetry.trends.want(this.raw, () => this.write());
        }
    }

    /** Reading it does not mean to render when it changes. */
    get raw() {
        return toRaw(this.device);
    }

    write() {
        const { value, unit, details, age, line } = this.refs;
        setText(value.el, String(this.value));
        setText(unit.el, this.unit || "");
        setText(details.el, this.details);
        setText(age.el, this.telemetry.formatAge(heardAt(this.raw)));
        const points = this.telemetry.trends.get(this.raw.device_id);
        const newest = points.at(-1)?.[0];
        if (line.el && newest !== this.drawn) {
            this.drawn = newest;
            line.el.setAttribute("d", sparkline(points, this.telemetry.now()));
        }
    }

    get caption() {
        return this.device.device_id;
    }

    get measure() {
        return mainMeasure(this.raw);
    }

    get value() {
        const { device_type, online, values } = this.raw;
        if (device_type === "gateway" && !this.measure) {
            return online ? _t("Online") : _t("Offline");
        }
        return formatMeasure(this.measure, values[this.measure]);
    }

    get unit() {
        return this.measure && this.raw.units[this.measure];
    }

    /** The other measures of the same device, in one line. */
    get details() {
        const { values, units } = this.raw;
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
        return openBoard(this.env, "iot-device", { device: this.device.id }, "iot-live");
    }
}
