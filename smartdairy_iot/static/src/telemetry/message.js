/**
 * A message of newest readings, as the store wants it: see `ingest/live_message.py` for its tables.
 *
 * @param {{ at: number, tables: object[] }} message
 * @returns {object[]}
 */
export function decodeReadings({ at, tables }) {
    return tables.flatMap(({ m, d, v, t, s, a, f, o, b, r }) =>
        d.map((device_id, i) => {
            const time = t?.[i] ?? null;
            const values = {};
            m.forEach((measure, j) => (values[measure] = v[j][i]));
            return {
                device_id,
                values,
                time: time === null ? false : at + time,
                last_seen: at + (s?.[i] ?? time ?? 0),
                is_alarm: Boolean(a?.[i]),
                alarm_type: a?.[i] || false,
                fault: f?.[i] || false,
                online: !o?.[i],
                battery: b?.[i] ?? false,
                signal: r?.[i] ?? false,
            };
        })
    );
}
