import { reactive, toRaw } from "@odoo/owl";
import { deepEqual } from "@web/core/utils/objects";
import {
    compareAlerts,
    deviceStatus,
    isCutOff,
    isListed,
    isStale,
    severityLabel,
    toMillis,
} from "./format";
import { countKpi, countMore } from "./kpi";
import { isSameList, joined, shapeOf, toldSince } from "./merge";

/** Writing only what differs is what keeps the other tiles from rendering. */
function assignChanged(target, changes) {
    const current = toRaw(target);
    for (const [key, value] of Object.entries(changes)) {
        if (!deepEqual(current[key], value)) {
            target[key] = value;
        }
    }
}

const FEW_ALERTS = 50;

/**
 * What the dashboard shows. `state` is reactive, and so is, on its own, every device: a reading
 * renders one tile. Snapshots replace everything in place, bus messages change single entries.
 */
export class LiveStore {
    /** @param {() => number} now the server's clock, in milliseconds */
    constructor(now) {
        this.now = now;
        this.devices = new Map();
        this.isReshaped = false;
        this.children = new Map();
        this.pending = new Map();
        /** severity → how many alerts there are that the snapshot left out, as too many */
        this.more = {};
        /** device id → what is called when something of that device has changed */
        this.listeners = new Map();
        this.state = reactive({
            phase: "loading",
            connection: "connecting",
            lostAt: 0,
            farms: [],
            tags: [],
            milk: {},
            /** how often a status has changed: what is filtered by it goes by that */
            statusChanges: 0,
            alerts: [],
            kpi: {},
            announcement: "",
        });
    }

    /**
     * Values change too often to render for each: who shows them is called instead, and writes
     * into the page what is seen.
     *
     * @returns {() => void} stops listening
     */
    onDevice(deviceId, callback) {
        const callbacks = this.listeners.get(deviceId) || new Set();
        this.listeners.set(deviceId, callbacks.add(callback));
        return () => callbacks.delete(callback);
    }

    applyBoard(board) {
        Array.from(this.boardSteps(board));
    }

    /**
     * A snapshot, device by device. Who pauses between the steps keeps what the bus brings until
     * the last one: it is newer.
     */
    *boardSteps({ farms, devices, alerts, alert_counts = {}, tags = [] }) {
        for (const device of devices) {
            this.applyDevice(device);
            yield;
        }
        const entries = devices.map(({ device_id }) => [device_id, this.devices.get(device_id)]);
        this.devices = new Map(entries);
        this.groupByGateway();
        for (const entry of this.devices.values()) {
            // Its gateway may have come after it.
            if (this.isCutOff(toRaw(entry)) !== toRaw(entry).cut_off) {
                this.updateStatus(entry);
                yield;
            }
        }
        this.groupByFarm(farms.map(({ milk_today, ...farm }) => farm));
        this.applyMilk(Object.fromEntries(farms.map((f) => [f.id, f.milk_today || 0])));
        if (!deepEqual(toRaw(this.state).tags, tags)) {
            this.state.tags = tags;
        }
        this.applyAlerts(alerts.filter(isListed), alert_counts);
        this.state.phase = "ready";
        this.updateKpi();
    }

    applyDevice(device) {
        const known = this.devices.get(device.device_id);
        if (known) {
            const shown = toRaw(known);
            this.isReshaped ||= !deepEqual(shapeOf(shown), shapeOf(device));
            this.updateDevice(known, { ...device, ...toldSince(shown, device) });
        } else {
            const entry = reactive({ ...device });
            this.devices.set(device.device_id, entry);
            this.updateStatus(entry);
        }
    }

    /** @param {Record<number, number>} milk litres of today by farm */
    applyMilk(milk) {
        assignChanged(this.state, { milk });
    }

    groupByFarm(farms) {
        const groups = new Map(farms.map((farm) => [farm.id, { ...farm, devices: [] }]));
        for (const entry of this.devices.values()) {
            groups.get(toRaw(entry).farm_id)?.devices.push(entry);
        }
        const next = [...groups.values()];
        const old = toRaw(this.state).farms;
        const isSame = ({ id, name, devices }, i) =>
            id === old[i].id && name === old[i].name && isSameList(devices, old[i].devices);
        if (this.isReshaped || next.length !== old.length || !next.every(isSame)) {
            this.state.farms = next;
        }
        this.isReshaped = false;
    }

    groupByGateway() {
        this.children = new Map();
        for (const entry of this.devices.values()) {
            const { gateway } = toRaw(entry);
            if (gateway) {
                this.children.set(gateway, [...(this.children.get(gateway) || []), entry]);
            }
        }
    }

    updateDevice(entry, changes) {
        const { online, last_seen, device_id } = toRaw(entry);
        assignChanged(entry, changes);
        this.updateStatus(entry);
        const device = toRaw(entry);
        if (device.online !== online || (!online && device.last_seen !== last_seen)) {
            this.updateChildren(device_id);
        }
    }

    /** What a gateway says of itself goes for all below it. */
    updateChildren(deviceId, seen = new Set()) {
        if (seen.has(deviceId)) {
            return;
        }
        seen.add(deviceId);
        for (const child of this.children.get(deviceId) || []) {
            this.updateStatus(child);
            this.updateChildren(toRaw(child).device_id, seen);
        }
    }

    updateStatus(entry) {
        const device = toRaw(entry);
        assignChanged(entry, { cut_off: this.isCutOff(device) });
        const status = deviceStatus(device);
        if (status !== device.status) {
            entry.status = status;
            this.state.statusChanges++;
        }
        assignChanged(entry, { stale: isStale(device, this.now()) });
        this.listeners.get(device.device_id)?.forEach((callback) => callback());
    }

    /** By its gateway, or by one above that. */
    isCutOff(device) {
        const seen = new Set();
        let above = device;
        while (above?.gateway && !seen.has(above.gateway)) {
            seen.add(above.gateway);
            above = toRaw(this.devices.get(above.gateway));
            if (isCutOff(device, above)) {
                return true;
            }
        }
        return false;
    }

    /** Keep what each device told until `flush`. */
    queueReadings(readings) {
        for (const reading of readings) {
            const waiting = this.pending.get(reading.device_id);
            this.pending.set(reading.device_id, waiting ? joined(waiting, reading) : reading);
        }
    }

    /**
     * Show some of what is waiting. A thousand tiles changing at once would block a small device
     * for longer than a frame.
     *
     * @param {() => boolean} [goesOn] whether there is time for one more
     * @returns {string[]} ids of devices that the snapshot lacks, or whose unit it lacks
     */
    flush(goesOn = () => true) {
        const unknown = [];
        for (const [deviceId, reading] of this.pending) {
            this.pending.delete(deviceId);
            const entry = this.devices.get(deviceId);
            if (entry) {
                this.applyReading(entry, reading);
            }
            const units = entry && toRaw(entry).units;
            if (!units || Object.keys(reading.values).some((measure) => !(measure in units))) {
                unknown.push(deviceId);
            }
            if (!goesOn()) {
                break;
            }
        }
        if (!this.pending.size) {
            this.updateKpi();
        }
        return unknown;
    }

    /** A reading without a time is a sign of life: it says nothing about the values. */
    applyReading(entry, { online, battery, signal, ...reading }) {
        const device = toRaw(entry);
        const { time, values, is_alarm, alarm_type, fault, last_seen = time } = reading;
        if (toMillis(time) < toMillis(device.time)) {
            return;
        }
        this.updateDevice(entry, {
            online,
            last_seen,
            battery: battery || device.battery,
            signal: signal || device.signal,
            ...(time && {
                time,
                is_alarm,
                alarm_type,
                fault,
                values: { ...device.values, ...values },
            }),
        });
    }

    applyStatus(devices) {
        for (const { device_id, online, last_seen } of devices) {
            const entry = this.devices.get(device_id);
            if (entry) {
                this.updateDevice(entry, { online, last_seen });
            }
        }
        this.updateKpi();
    }

    /** The worst ones, and how many of each severity there are in all. */
    applyAlerts(alerts, counts) {
        const hadMore = Object.keys(this.more).length > 0;
        this.more = countMore(alerts, counts);
        this.listedAt = this.now();
        // Those that take a place in the list which has become free are not new.
        this.setAlerts(alerts, !hadMore);
    }

    applyAlert(alert) {
        const { alerts } = toRaw(this.state);
        const others = alerts.filter(({ id }) => id !== alert.id);
        const { severity, created_at } = alert;
        if (others.length === alerts.length && toMillis(created_at) < this.listedAt) {
            this.more[severity] = Math.max(0, (this.more[severity] || 0) - 1); // one of those
        }
        this.setAlerts(isListed(alert) ? [...others, alert] : others);
        this.updateKpi();
    }

    setAlerts(alerts, isTold = true) {
        const known = new Map(toRaw(this.state).alerts.map((alert) => [alert.id, alert]));
        const added = alerts.filter(
            ({ id, acknowledged_at }) => !known.has(id) && !acknowledged_at
        );
        // An unchanged alert stays the same object: its row need not render.
        this.state.alerts = alerts
            .map((alert) => (deepEqual(known.get(alert.id), alert) ? known.get(alert.id) : alert))
            .sort(compareAlerts);
        if (isTold && this.state.phase === "ready" && added.length) {
            this.state.announcement = added
                .map((a) => `${severityLabel(a.severity)}: ${a.device_name}: ${a.message}`)
                .join("\n");
        }
    }

    /** There are more than these few: fetch those that were left out. */
    get lacksAlerts() {
        const { kpi, alerts } = toRaw(this.state);
        return alerts.length < FEW_ALERTS && toRaw(kpi).alerts > alerts.length;
    }

    getAlert(id) {
        return toRaw(this.state).alerts.find((alert) => alert.id === id);
    }

    /** Time alone makes data old. */
    refreshStale() {
        const now = this.now();
        let changed = false;
        for (const entry of this.devices.values()) {
            const device = toRaw(entry);
            const stale = isStale(device, now);
            if (stale !== device.stale) {
                entry.stale = stale;
                this.state.statusChanges++;
                changed = true;
            }
        }
        if (changed) {
            this.updateKpi();
        }
    }

    updateKpi() {
        const kpi = countKpi([...this.devices.values()].map(toRaw), this.state.alerts, this.more);
        assignChanged(this.state.kpi, kpi);
    }
}
