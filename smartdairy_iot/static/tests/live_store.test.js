import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { reactive } from "@odoo/owl";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { LiveStore } from "@smartdairy_iot/telemetry/live_store";
import { decodeReadings } from "@smartdairy_iot/telemetry/message";
import {
    ago,
    makeAlert,
    makeBoard,
    makeDevice,
    makeMessage,
    makeReading,
    NOW,
} from "./live_test_helpers";

describe.current.tags("headless");

let now;
let store;

beforeEach(() => {
    allowTranslations();
    now = Date.parse(NOW);
    store = new LiveStore(() => now);
});

/** Apply readings at once, as the frames of a browser do one after the other. */
function applyReadings(...readings) {
    store.queueReadings(decodeReadings(makeMessage(...readings)));
    return store.flush();
}

test("a snapshot is grouped by farm and counted", () => {
    store.applyBoard({
        farms: [
            { id: 1, name: "Green" },
            { id: 2, name: "Hill" },
        ],
        devices: [
            makeDevice(),
            makeDevice({ id: 8, device_id: "B", is_alarm: true, values: { temperature: 9 } }),
            makeDevice({ id: 9, device_id: "C", farm_id: 2, online: false }),
        ],
        alerts: [makeAlert(), makeAlert({ id: 2, severity: "low" })],
    });
    expect(store.state.farms.map((farm) => farm.devices.map((d) => d.device_id))).toEqual([
        ["TEMP-G01", "B"],
        ["C"],
    ]);
    expect(store.state.kpi).toInclude(["online", 2]);
    expect(store.state.kpi).toInclude(["offline", 1]);
    expect(store.state.kpi).toInclude(["alarm", 1]);
    expect(store.state.kpi).toInclude(["alerts", 2]);
    expect(store.state.kpi).toInclude(["high", 1]);
    expect(store.state.kpi).toInclude(["low", 1]);
    expect(store.state.kpi.temperature).toBeCloseTo(6.4);
});

test("neither an old value nor a missing one counts in the average", () => {
    store.applyBoard(
        makeBoard({
            devices: [
                makeDevice({ time: ago(301) }),
                makeDevice({ id: 8, device_id: "B", values: {} }),
                makeDevice({ id: 9, device_id: "C", values: { temperature: 0 } }),
            ],
        })
    );
    expect(store.state.kpi.temperature).toBe(0);
});

test("a reading replaces what it brings and keeps what it does not", () => {
    store.applyBoard(makeBoard());
    applyReadings(makeReading({ v: { temperature: 9.4 }, a: "high_temperature" }));
    const device = store.devices.get("TEMP-G01");
    expect(device.values).toEqual({ temperature: 9.4, humidity: 81 });
    expect(device.status).toBe("alarm");
    expect(store.state.kpi.alarm).toBe(1);
});

test("of several readings in one frame the last one is shown, an older one never", () => {
    store.applyBoard(makeBoard());
    applyReadings(makeReading({ v: { temperature: 1 } }), makeReading({ v: { temperature: 2 } }));
    applyReadings(makeReading({ v: { temperature: 3 }, t: -60_000 }));
    expect(store.devices.get("TEMP-G01").values.temperature).toBe(2);
});

test("a sign of life without a time leaves the values and the alarm as they are", () => {
    store.applyBoard(makeBoard({ devices: [makeDevice({ is_alarm: true, online: false })] }));
    applyReadings({ d: "TEMP-G01", s: 0, r: 40 });
    const device = store.devices.get("TEMP-G01");
    expect(device.status).toBe("alarm");
    expect(device.time).toBe(ago(5));
    expect(device.last_seen).toBe(Date.parse(NOW));
    expect(device.battery).toBe(93);
    expect(device.signal).toBe(40);
});

test("only the entry that changed tells its observers", () => {
    store.applyBoard(makeBoard({ devices: [makeDevice(), makeDevice({ id: 8, device_id: "B" })] }));
    const seen = [];
    for (const [id, entry] of store.devices) {
        const observed = reactive(entry, () => seen.push(id));
        void [observed.values.temperature, observed.status];
    }
    applyReadings(makeReading({ d: "B", v: { temperature: 3.8 } }));
    expect(seen).toEqual([]);
    applyReadings(makeReading({ d: "B", v: { temperature: 5 } }));
    expect(seen).toEqual(["B"]);
});

test("what waits for its turn is not lost to what the device tells next", () => {
    store.applyBoard(makeBoard());
    const readings = [
        makeReading({ v: { temperature: 4.4 }, t: 0, a: "high_temperature" }),
        makeReading({ v: { humidity: 60 }, t: 10, a: "high_temperature", b: 50 }),
        makeReading({ v: {}, t: undefined, s: 20, b: undefined }),
        makeReading({ v: { temperature: 1 }, t: -5000 }),
    ];
    store.queueReadings(decodeReadings(makeMessage(...readings)));
    store.flush();
    const device = store.devices.get("TEMP-G01");
    expect(device.values).toEqual({ temperature: 4.4, humidity: 60 });
    expect(device.is_alarm).toBe(true);
    expect(device.battery).toBe(50);
    expect([device.time, device.last_seen]).toEqual([10, 20].map((ms) => Date.parse(NOW) + ms));
});

test("a flush stops at its count and goes on with the next", () => {
    store.applyBoard(makeBoard({ devices: [makeDevice(), makeDevice({ id: 8, device_id: "B" })] }));
    const readings = [makeReading(), makeReading({ d: "B" })];
    store.queueReadings(decodeReadings(makeMessage(...readings)));
    store.flush(() => false);
    expect(store.pending.size).toBe(1);
    store.flush(() => false);
    expect(store.pending.size).toBe(0);
    expect(store.devices.get("B").values.temperature).toBe(3.9);
});

test("an unknown device is reported, not invented", () => {
    store.applyBoard(makeBoard());
    expect(applyReadings(makeReading({ d: "NEW" }))).toEqual(["NEW"]);
    expect([...store.devices.keys()]).toEqual(["TEMP-G01"]);
});

test("a measure without a unit is shown, and reported", () => {
    store.applyBoard(makeBoard({ devices: [makeDevice({ values: {}, units: {}, time: false })] }));
    expect(applyReadings(makeReading())).toEqual(["TEMP-G01"]);
    expect(store.devices.get("TEMP-G01").values.temperature).toBe(3.9);
    store.applyBoard(makeBoard());
    expect(applyReadings(makeReading())).toEqual([]);
});

test("a second snapshot keeps the entries and drops what is gone", () => {
    store.applyBoard(makeBoard({ devices: [makeDevice(), makeDevice({ id: 8, device_id: "B" })] }));
    const kept = store.devices.get("TEMP-G01");
    store.applyBoard(makeBoard({ devices: [makeDevice({ name: "Renamed" })] }));
    expect(store.devices.get("TEMP-G01")).toBe(kept);
    expect(kept.name).toBe("Renamed");
    expect(store.devices.size).toBe(1);
    expect(store.state.kpi).toInclude(["devices", 1]);
});

test("a snapshot may be applied in stretches; what is shown meanwhile is whole", () => {
    const three = (name, values) =>
        [1, 2, 3].map((id) =>
            makeDevice({ id, device_id: `D${id}`, name: `${name}${id}`, ...values })
        );
    store.applyBoard(makeBoard({ devices: three("Old ") }));
    const farms = store.state.farms;
    const devices = [...three("New ", { is_alarm: true }), makeDevice({ id: 9, device_id: "D9" })];
    const steps = store.boardSteps(makeBoard({ devices }));
    steps.next();
    steps.next();
    const [first, , third] = store.devices.values();
    expect([first.name, first.status]).toEqual(["New 1", "alarm"]);
    expect([third.name, third.status]).toEqual(["Old 3", "ok"]);
    expect(store.state.farms).toBe(farms);
    expect(store.state.kpi).toInclude(["alarm", 0]);
    Array.from(steps);
    expect(store.state.kpi).toInclude(["alarm", 3]);
    expect(store.state.farms[0].devices).toHaveLength(4);
});

test("a gateway that comes after its devices in the snapshot takes them off line", () => {
    const gateway = { device_id: "GW", device_type: "gateway", online: false, last_seen: ago(1) };
    const devices = [makeDevice({ gateway: "GW" }), makeDevice({ id: 8, ...gateway })];
    store.applyBoard(makeBoard({ devices }));
    expect(store.devices.get("TEMP-G01").status).toBe("offline");
});

test("alerts that the snapshot left out, as too many, are counted by severity", () => {
    const alert_counts = { high: 40, low: 300 };
    store.applyBoard(makeBoard({ alerts: [makeAlert(), makeAlert({ id: 2 })], alert_counts }));
    expect(store.state.kpi).toInclude(["alerts", 340]);
    expect(store.state.kpi).toInclude(["high", 40]);
    expect(store.state.kpi).toInclude(["low", 300]);
    // A new one, one that was left out, and one that was listed and has ended.
    store.applyAlert(makeAlert({ id: 3, created_at: new Date(now + 1000).toISOString() }));
    expect(store.state.kpi).toInclude(["high", 41]);
    store.applyAlert(makeAlert({ id: 4 }));
    expect(store.state.kpi).toInclude(["high", 41]);
    store.applyAlert(makeAlert({ id: 2, state: "resolved", is_active: false }));
    expect(store.state.kpi).toInclude(["high", 40]);
    expect(store.lacksAlerts).toBe(true);
    store.applyBoard(makeBoard({ alerts: [makeAlert()], alert_counts: { high: 1 } }));
    expect(store.state.kpi).toInclude(["alerts", 1]);
    expect(store.lacksAlerts).toBe(false);
});

test("time alone makes data old", () => {
    store.applyBoard(makeBoard());
    now += 296_000;
    store.refreshStale();
    expect(store.devices.get("TEMP-G01").stale).toBe(true);
    expect(store.state.kpi.temperature).toBe(null);
    applyReadings(makeReading({ time: new Date(now).toISOString() }));
    expect(store.devices.get("TEMP-G01").stale).toBe(false);
});

test("a status message takes a device off line and back", () => {
    store.applyBoard(makeBoard());
    store.applyStatus([{ device_id: "TEMP-G01", online: false, last_seen: NOW }]);
    expect(store.devices.get("TEMP-G01").status).toBe("offline");
    expect(store.state.kpi).toInclude(["offline", 1]);
    store.applyStatus([{ device_id: "TEMP-G01", online: true, last_seen: NOW }]);
    expect(store.devices.get("TEMP-G01").status).toBe("ok");
});

test("what hangs on a gateway that has gone is off line until it is heard itself", () => {
    const gateway = { id: 1, device_id: "GW", device_type: "gateway", values: {}, units: {} };
    store.applyBoard(
        makeBoard({
            devices: [
                makeDevice({ ...gateway, gateway: "TOP" }),
                makeDevice({ ...gateway, id: 2, device_id: "TOP" }),
                makeDevice({ gateway: "GW" }),
            ],
        })
    );
    const child = store.devices.get("TEMP-G01");
    expect(child.status).toBe("ok");
    store.applyStatus([{ device_id: "TOP", online: false, last_seen: ago(2) }]);
    expect(child.status).toBe("offline");
    expect(store.state.kpi).toInclude(["offline", 3]);
    applyReadings(makeReading());
    expect(child.status).toBe("ok");
    store.applyStatus([{ device_id: "TOP", online: true, last_seen: NOW }]);
    expect(store.state.kpi).toInclude(["online", 3]);
});

test("a new alert is announced, a known or an acknowledged one is not", () => {
    store.applyBoard(makeBoard({ alerts: [makeAlert()] }));
    expect(store.state.announcement).toBe("");
    store.applyAlert(makeAlert({ message: "Still too high" }));
    store.applyAlert(makeAlert({ id: 2, acknowledged_at: NOW }));
    expect(store.state.announcement).toBe("");
    store.applyAlert(makeAlert({ id: 3, severity: "critical" }));
    expect(store.state.announcement).toBe("Critical: Tank 1: Temperature too high");
});

test("an alert leaves when it is closed, or over and acknowledged", () => {
    store.applyBoard(makeBoard({ alerts: [makeAlert(), makeAlert({ id: 2 })] }));
    store.applyAlert(makeAlert({ state: "resolved", is_active: false }));
    expect(store.state.alerts.map(({ id }) => id)).toEqual([2]);
    store.applyAlert(makeAlert({ id: 2, is_active: false }));
    expect(store.state.alerts.map(({ id }) => id)).toEqual([2]);
    store.applyAlert(makeAlert({ id: 2, is_active: false, acknowledged_at: NOW }));
    expect(store.state.alerts).toHaveLength(0);
    expect(store.state.kpi).toInclude(["alerts", 0]);
});
