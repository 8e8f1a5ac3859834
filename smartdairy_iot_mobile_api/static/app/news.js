/** What a message over the websocket changes of a `DeviceModel`. Pure. */

/** The reading that stands for a device; of the API's `deviceType` and `lastValue`. */
const MAIN = {
    temperature: "temperature",
    milkMeter: "volume",
    phSensor: "ph",
    flowSensor: "flow_rate",
    humidity: "humidity",
    pressure: "pressure",
};

export function mainReading(device, message) {
    const value = (message.values || message)[MAIN[device.deviceType]];
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
