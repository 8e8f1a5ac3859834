/** What a message over the websocket changes of a `DeviceModel`. Pure. */

import { MAIN_MEASURE } from "/smartdairy_iot/static/src/telemetry/main_measure.js";

/** What the message says of the device's main measure, which is the API's `lastValue`. */
export function mainReading(device, message) {
    // The API says milkMeter where Odoo says milk_meter.
    const type = device.deviceType.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const value = (message.values || message)[MAIN_MEASURE[type]];
    return typeof value === "number" ? value : null;
}

/** @returns {object} the device as it is then; the same object when nothing has changed */
export function applyNews(device, messages) {
    return messages
        .filter(({ device_id: id }) => id === device.deviceId)
        .filter(({ type }) => type.endsWith("reading") || type === "device_status")
        .reduce(applyOne, device);
}

function applyOne(device, message) {
    // What comes again after a reconnection is older than what was read meanwhile.
    if (Date.parse(message.timestamp) < Date.parse(device.lastSeen)) {
        return device;
    }
    const lastSeen = message.timestamp;
    if (message.type === "device_status") {
        return {
            ...device,
            lastSeen,
            isOnline: message.is_online ?? device.isOnline,
            batteryLevel: message.battery_level ?? device.batteryLevel,
            signalStrength: message.signal_strength ?? device.signalStrength,
        };
    }
    const lastValue = mainReading(device, message) ?? device.lastValue;
    return { ...device, lastSeen, lastValue, isOnline: true };
}
