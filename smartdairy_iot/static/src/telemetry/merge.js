/** Pure: what is known of a device, from snapshots and from the bus. */
import { toRaw } from "@odoo/owl";
import { toMillis } from "./format";

/** What decides where a tile stands and which filters it passes. */
export function shapeOf({ id, name, location, tags }) {
    return [id, name, location, tags];
}

/** The same devices in the same order. */
export function isSameList(some, others) {
    return some.length === others.length && some.every((one, i) => toRaw(one) === toRaw(others[i]));
}

/** What a reading tells of its device. */
const TOLD = [
    ...["values", "time", "last_seen", "online", "battery", "signal"],
    ...["is_alarm", "alarm_type", "fault"],
];

/** Two readings of a device as one: each tells of some measures, or only that it lives. */
export function joined(older, newer) {
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
export function toldSince(shown, { time }) {
    const told = toMillis(shown.time);
    return told && !(told <= toMillis(time))
        ? Object.fromEntries(TOLD.map((key) => [key, shown[key]]))
        : {};
}
