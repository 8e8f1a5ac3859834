import { Component, onWillDestroy, onWillStart, toRaw, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { Tile } from "../live_board/tile";
import { formatMeasure, formatQuantity, severityLabel, toMillis } from "../telemetry/format";
import { useAge } from "../telemetry/telemetry_hooks";

/** While sensors send there is something new each second: ms. */
const LEAST = 15_000;

/** A device, to be read from across the room. It is no button: a wall opens nothing. */
export class KioskTile extends Tile {
    static template = "smartdairy_iot.KioskTile";
    static props = { ...Tile.props, farm: { type: String, optional: true } };

    get place() {
        return [this.device.location, this.props.farm].filter(Boolean).join(" · ");
    }
}

export class LiveView extends Component {
    static template = "smartdairy_iot.KioskLiveView";
    static components = { KioskTile };
    static props = { devices: Array, farms: Array };

    farmOf(device) {
        const farm = this.props.farms.find(({ id }) => id === device.farm_id);
        return (this.props.farms.length > 1 && farm?.name) || "";
    }
}

const SEVERITY_ICONS = {
    critical: "fa-exclamation-circle",
    high: "fa-exclamation-triangle",
    medium: "fa-exclamation-triangle",
    low: "fa-info-circle",
};

class KioskAlert extends Component {
    static template = "smartdairy_iot.KioskAlert";
    static props = { alert: Object };

    setup() {
        useAge(() => toMillis(this.props.alert.created_at));
    }

    get icon() {
        return SEVERITY_ICONS[this.props.alert.severity];
    }

    get severity() {
        return severityLabel(this.props.alert.severity);
    }

    get stateLabel() {
        const { acknowledged_at, acknowledged_by, is_active } = this.props.alert;
        if (acknowledged_at) {
            return _t("Acknowledged by %(user)s", { user: acknowledged_by });
        }
        return is_active ? _t("Nobody has acknowledged it") : _t("Over, and not yet seen");
    }
}

export class AlertsView extends Component {
    static template = "smartdairy_iot.KioskAlertsView";
    static components = { KioskAlert };
    static props = { alerts: Array };
}

/** Read when its view comes up, and again when the bus told of devices since; silence asks nothing. */
class ReadView extends Component {
    static props = { link: Object };
    static what;

    setup() {
        this.telemetry = useService("smartdairy_iot.telemetry");
        this.state = useState({ data: null, failed: false });
        onWillStart(() => this.load());
        onWillDestroy(this.telemetry.onTick((now) => this.onTick(now)));
    }

    /** When any device was heard last, in milliseconds. */
    newest() {
        let newest = 0;
        for (const device of this.telemetry.store.devices.values()) {
            newest = Math.max(newest, toMillis(toRaw(device).time) || 0);
        }
        return newest;
    }

    onTick(now) {
        const isNew = this.newest() > this.heard || this.state.failed;
        if (isNew && Math.abs(now - this.loadedAt) >= LEAST) {
            this.load();
        }
    }

    async load() {
        this.loadedAt = this.telemetry.now();
        this.heard = this.newest();
        try {
            this.state.data = await this.props.link.read(this.constructor.what);
            this.state.failed = false;
        } catch {
            // The head of the screen says since when the server is away, or the link refused.
            this.state.failed = true;
        }
    }
}

class KioskTank extends Component {
    static template = "smartdairy_iot.KioskTank";
    static props = { tank: Object };

    setup() {
        useAge(() => toMillis(this.props.tank.measured_at));
    }

    get temperature() {
        return formatMeasure("temperature", this.props.tank.temperature);
    }

    get status() {
        const { is_late, alerts, temperature } = this.props.tank;
        if (is_late || alerts) {
            return "alarm";
        }
        return temperature === null ? "nodata" : "ok";
    }

    get statusLabel() {
        const { is_late, alerts, phase } = this.props.tank;
        if (is_late) {
            return _t("Cooling is late");
        }
        if (alerts) {
            return alerts === 1 ? _t("1 alert") : _t("%(count)s alerts", { count: alerts });
        }
        return phase || _t("No data yet");
    }

    get icon() {
        return (
            { alarm: "fa-exclamation-triangle", ok: "fa-check-circle" }[this.status] ||
            "fa-circle-o"
        );
    }

    get fill() {
        const { volume, capacity } = this.props.tank;
        return volume !== null && capacity
            ? Math.min(100, Math.round((100 * volume) / capacity))
            : null;
    }

    get volume() {
        const { volume, capacity } = this.props.tank;
        if (volume === null) {
            return "";
        }
        const litres = formatQuantity("", Math.round(volume), "L");
        return capacity
            ? _t("%(volume)s of %(capacity)s", {
                  volume: litres,
                  capacity: formatQuantity("", capacity, "L"),
              })
            : litres;
    }
}

export class ColdChainView extends ReadView {
    static template = "smartdairy_iot.KioskColdChainView";
    static components = { KioskTank };
    static what = "cold_chain";
}

class KioskMilking extends Component {
    static template = "smartdairy_iot.KioskMilking";
    static props = { milking: Object };

    setup() {
        useAge(() => toMillis(this.props.milking.start));
    }

    get liters() {
        return formatQuantity("volume", this.props.milking.liters, "L");
    }
}

export class MilkingView extends ReadView {
    static template = "smartdairy_iot.KioskMilkingView";
    static components = { KioskMilking };
    static what = "milking";

    liters(farm) {
        return formatQuantity("", Math.round(farm.liters), "L");
    }
}
