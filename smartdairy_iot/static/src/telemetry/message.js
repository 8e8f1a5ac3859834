/**
 * A message of newest readings, as the store wants it: see `ingest/live_message.py` for its keys.
 *
 * @param {{ at: number, readings: object[] }} message
 * @returns {object[]}
 */
export function decodeReadings({ at, readings }) {
    return readings.map(({ d, v, t, s, a, f, o, b, r }) => ({
        device_id: d,
        values: v || {},
        time: t === undefined ? false : at + t,
        last_seen: at + (s ?? t ?? 0),
        is_alarm: Boolean(a),
        alarm_type: a || false,
        fault: f || false,
        online: !o,
        battery: b ?? false,
        signal: r ?? false,
    }));
}
