/** Pure: the figures above the tiles. */
import { SEVERITIES } from "./format";

/** Only what is measured now belongs in an average: neither an old value nor an offline sensor's. */
function isCurrentTemperature({ device_type, location_type, status, stale, values }) {
    const isHeard = !["offline", "nodata"].includes(status) && !stale;
    // Somewhere else it measures the air of the parlour.
    const isColdChain = device_type === "temperature" && location_type !== "default";
    return isColdChain && isHeard && typeof values.temperature === "number";
}

/** @returns {Record<string, number>} by severity, how many of `counts` are not in the list */
export function countMore(alerts, counts) {
    const of = (severity) => alerts.filter((alert) => alert.severity === severity).length;
    return Object.fromEntries(
        SEVERITIES.map((severity) => [severity, (counts[severity] || 0) - of(severity)]).filter(
            ([, more]) => more > 0
        )
    );
}

/**
 * @param {object[]} devices
 * @param {object[]} alerts those that are listed
 * @param {Record<string, number>} more by severity, those that are not
 */
export function countKpi(devices, alerts, more) {
    const kpi = { devices: devices.length, online: 0, offline: 0, alarm: 0, alerts: 0 };
    let sum = 0;
    let count = 0;
    for (const device of devices) {
        kpi[device.online && !device.cut_off ? "online" : "offline"]++;
        kpi.alarm += device.status === "alarm";
        if (isCurrentTemperature(device)) {
            sum += device.values.temperature;
            count++;
            kpi.temperatureUnit = device.units.temperature;
        }
    }
    kpi.temperature = count ? sum / count : null;
    for (const severity of SEVERITIES) {
        const listed = alerts.filter((alert) => alert.severity === severity).length;
        kpi[severity] = listed + (more[severity] || 0);
        kpi.alerts += kpi[severity];
    }
    return kpi;
}
