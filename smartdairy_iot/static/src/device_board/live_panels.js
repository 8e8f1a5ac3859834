/** Pure: what the panels of a device learn from the bus. */
import { toMillis } from "../telemetry/format";

const NEWEST = 20;

/**
 * @param {Array} messages newest first, as `get_device_board` gives them; it stays as it is
 * @param {object} entry of the live store
 * @param {{id: string, unit: string}[]} types the measures of the device
 * @returns {Array | null} null when there is nothing new
 */
export function addMessage(messages, entry, types) {
    const ms = toMillis(entry.time);
    const last = messages[0]?.ms || 0;
    if (!(ms > last)) {
        return null;
    }
    const units = Object.fromEntries(types.map(({ id, unit }) => [id, unit]));
    const values = Object.entries(entry.values || {})
        .filter(([, value]) => typeof value === "number")
        .map(([name, value]) => [name, value, units[name] || ""]);
    return [{ ms, is_alarm: entry.status === "alarm", values }, ...messages].slice(0, NEWEST);
}

/** @returns {boolean | null} null while nothing is known */
export function isOnlineNow({ status }) {
    return !status || status === "nodata" ? null : status !== "offline";
}
