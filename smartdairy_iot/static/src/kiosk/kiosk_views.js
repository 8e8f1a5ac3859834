import { Component, onWillDestroy, onWillStart, status, toRaw, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";
import { TankCard } from "../coldchain_board/tank_card";
import { AlertRow } from "../live_board/alert_list";
import { Tile } from "../live_board/tile";
import { MeterCard } from "../milking_board/meter_card";
import { liters } from "../milking_board/production";
import { toMillis } from "../telemetry/format";
import { cut, sortDevices } from "./rotation";

/** While sensors send there is something new each second: ms. */
const LEAST = 15_000;
/** What no sensor tells: another day has begun, a tank has another name. */
const MOST = 300_000;
/** So long the view before stays, rather than an empty one. */
const QUICK = 500;

/** A device, to be read from across the room. It is no button: a wall opens nothing. */
class KioskTile extends Tile {
    static template = "smartdairy_iot.KioskTile";
    static props = { ...Tile.props, farm: String };

    get caption() {
        return [this.device.location, this.props.farm].filter(Boolean).join(" · ");
    }
}

export class LiveView extends Component {
    static template = "smartdairy_iot.KioskLiveView";
    static components = { KioskTile };
    static props = { farms: Array, page: Number, perPage: Number };

    /** The order is made when a page turns, not with each reading. */
    get devices() {
        const entries = this.props.farms.flatMap((farm) => farm.devices);
        const byId = new Map(entries.map((entry) => [toRaw(entry).device_id, entry]));
        const sorted = sortDevices(entries.map((entry) => toRaw(entry)));
        const shown = cut(sorted, this.props.page, this.props.perPage);
        return shown.map(({ device_id }) => byId.get(device_id));
    }

    /** Said only where there are several. */
    farmOf(device) {
        const farm = this.props.farms.find(({ id }) => id === device.farm_id);
        return (this.props.farms.length > 1 && farm?.name) || "";
    }
}

export class AlertsView extends Component {
    static template = "smartdairy_iot.KioskAlertsView";
    static components = { AlertRow };
    static props = { alerts: Array, page: Number, perPage: Number };

    get shown() {
        return cut(this.props.alerts, this.props.page, this.props.perPage);
    }
}

/** Read when its view comes up, and again when the bus told of devices since. */
class ReadView extends Component {
    static props = { link: Object, page: Number, perPage: Number, onCount: Function };
    static what;

    setup() {
        this.telemetry = useService("smartdairy_iot.telemetry");
        this.state = useState({ data: null, failed: false, revision: 0 });
        // A server that does not answer must not hold up the whole screen.
        const quick = new Promise((resolve) => browser.setTimeout(resolve, QUICK));
        onWillStart(() => Promise.race([this.load(), quick]));
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
        const age = Math.abs(now - this.loadedAt);
        const isNew = this.newest() > this.heard || this.state.failed;
        if (!this.loading && (age >= MOST || (isNew && age >= LEAST))) {
            this.load();
        }
    }

    async load() {
        this.loading = true;
        this.loadedAt = this.telemetry.now();
        this.heard = this.newest();
        try {
            const data = await this.props.link.read(this.constructor.what);
            if (status(this) !== "destroyed") {
                Object.assign(this.state, { data, failed: false });
                this.state.revision++;
                this.props.onCount(this.items.length);
            }
        } catch {
            // The head of the screen says since when the server is away, or the link refused.
            this.state.failed = true;
        }
        this.loading = false;
    }

    get shown() {
        return cut(this.items, this.props.page, this.props.perPage);
    }
}

export class ColdChainView extends ReadView {
    static template = "smartdairy_iot.KioskColdChainView";
    static components = { TankCard };
    static what = "cold_chain";

    get items() {
        return this.state.data.tanks;
    }
}

export class MilkingView extends ReadView {
    static template = "smartdairy_iot.KioskMilkingView";
    static components = { MeterCard };
    static what = "milking";

    /** Each farm counts its stalls from one: the name of the farm is said where there are several. */
    get items() {
        const { data } = this.state;
        return data.flatMap(({ name, meters }) =>
            data.length > 1 ? meters.map((meter) => ({ ...meter, farm: name })) : meters
        );
    }

    liters(farm) {
        return liters(farm.today.liters);
    }
}
