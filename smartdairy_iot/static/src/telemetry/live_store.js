import { reactive, toRaw } from "@odoo/owl";
import { deepEqual } from "@web/core/utils/objects";
import {
    compareAlerts,
    deviceStatus,
    isCutOff,
    isListed,
    isStale,
    SEVERITIES,
    severityLabel,
    toMillis,
} from "./format";

/** Writing only what differs is what keeps the other tiles from rendering. */
function assignChanged(target, changes) {
    const current = toRaw(target);
    for (const [key, value] of Object.entries(changes)) {
        if (!deepEqual(current[key], value)) {
            target[key] = value;
        }
    }
}

/** Only what is measured now belongs in an average: neither an old value nor an offline sensor's. */
function isCurrentTemperature({ device_type, location_type, status, stale, values }) {
    const isHeard = !["offline", "nodata"].includes(status) && !stale;
    // Somewhere else it measures the air of the parlour.
    const isColdChain = device_type === "temperature" && location_type !== "default";
    return isColdChain && isHeard && typeof values.temperature === "number";
}

/** What decides where a tile stands and which filters it passes. */
function shapeOf({ id, name, location, tags }) {
    return [id, name, location, tags];
}

/** What a reading tells of its device. */
const TOLD = [
    ...["values", "time", "last_seen", "online", "battery", "signal"],
    ...["is_alarm", "alarm_type", "fault"],
];

/** Two readings of a device as one: each tells of some measures, or only that it lives. */
function joined(older, newer) {
    if (newer.time && newer.time < older.time) {
        return older;
    }
    const { online, last_seen } = newer;
    return {
        ...(newer.time ? newer : { ...older, online, last_seen }),
        values: { ...older.values, ...newer.values },
        battery: newer.battery || older.battery,
        signal: newer.signal || older.signal,
    };
}

/** Screens are told before the state is written: a snapshot may be older than what is shown. */
function toldSince(shown, { time }) {
    const told = toMillis(shown.time);
    return told && !(told <= toMillis(time))
        ? Object.fromEntries(TOLD.map((key) => [key, shown[key]]))
        : {};
}

/**
 * What the dashboard shows. `state` is reactive, and so is, on its own, every device: a reading
 * renders one tile. Snapshots replace everything in place, bus messages change single entries.
 */
export class LiveStore {
    /** @param {() => number} now the server's clock, in milliseconds */
    constructor(now) {
        this.now = now;
        this.devices = new Map();
        this.children = new Map();
        this.pending = new Map();
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

    applyBoard({ farms, devices, alerts, tags = [] }) {
        const previous = this.devices;
        this.devices = new Map();
        for (const device of devices) {
            const entry = previous.get(device.device_id) || reactive({});
            this.devices.set(device.device_id, entry);
            assignChanged(entry, { ...device, ...toldSince(toRaw(entry), device) });
        }
        this.groupByGateway();
        for (const entry of this.devices.values()) {
            this.updateStatus(entry);
        }
        this.groupByFarm(farms.map(({ milk_today, ...farm }) => farm));
        this.applyMilk(Object.fromEntries(farms.map((f) => [f.id, f.milk_today || 0])));
        if (!deepEqual(toRaw(this.state).tags, tags)) {
            this.state.tags = tags;
        }
        this.setAlerts(alerts.filter(isListed));
        this.state.phase = "ready";
        this.updateKpi();
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
        const shape = (list) =>
            list.map(({ id, name, devices }) => [id, name, devices.map((d) => shapeOf(toRaw(d)))]);
        const next = [...groups.values()];
        if (!deepEqual(shape(toRaw(this.state).farms), shape(next))) {
            this.state.farms = next;
        }
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

    applyAlert(alert) {
        const others = toRaw(this.state).alerts.filter(({ id }) => id !== alert.id);
        this.setAlerts(isListed(alert) ? [...others, alert] : others);
        this.updateKpi();
    }

    setAlerts(alerts) {
        const known = new Map(toRaw(this.state).alerts.map((alert) => [alert.id, alert]));
        const added = alerts.filter(
            ({ id, acknowledged_at }) => !known.has(id) && !acknowledged_at
        );
        // An unchanged alert stays the same object: its row need not render.
        this.state.alerts = alerts
            .map((alert) => (deepEqual(known.get(alert.id), alert) ? known.get(alert.id) : alert))
            .sort(compareAlerts);
        if (this.state.phase === "ready" && added.length) {
            this.state.announcement = added
                .map((a) => `${severityLabel(a.severity)}: ${a.device_name}: ${a.message}`)
                .join("\n");
        }
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
        const kpi = { devices: this.devices.size, online: 0, offline: 0, alarm: 0 };
        const temperatures = [];
        for (const entry of this.devices.values()) {
            const device = toRaw(entry);
            kpi[device.online && !device.cut_off ? "online" : "offline"]++;
            kpi.alarm += device.status === "alarm";
            if (isCurrentTemperature(device)) {
                temperatures.push(device.values.temperature);
                kpi.temperatureUnit = device.units.temperature;
            }
        }
        const total = temperatures.reduce((sum, value) => sum + value, 0);
        kpi.temperature = temperatures.length ? total / temperatures.length : null;
        const alerts = toRaw(this.state).alerts;
        kpi.alerts = alerts.length;
        for (const severity of SEVERITIES) {
            kpi[severity] = alerts.filter((alert) => alert.severity === severity).length;
        }
        assignChanged(this.state.kpi, kpi);
    }
}
