import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe } from "@odoo/hoot";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

export const NOW = "2026-01-05T06:00:00Z";

/** It is `NOW`, in UTC; time goes on from there. */
export function startAtNow() {
    mockDate(NOW.replace("Z", ""), 0);
}

/** `NOW` minus some seconds. */
export function ago(seconds) {
    return new Date(Date.parse(NOW) - seconds * 1000).toISOString();
}

class FarmFarm extends models.Model {
    _name = "farm.farm";
    name = fields.Char();
    _views = { form: `<form class="o_farm_form"><field name="name"/></form>` };
}

class FarmTank extends models.Model {
    _name = "farm.tank";
    name = fields.Char();
    has_access() {
        return true;
    }
}

class IotDevice extends models.Model {
    _name = "iot.device";
    name = fields.Char();
    _records = [{ id: 7, name: "Tank 1" }];
    _views = { form: `<form class="o_device_form"><field name="name"/></form>` };
    has_access() {
        return true;
    }
}

class IotAlert extends models.Model {
    _name = "iot.alert";
    name = fields.Char();
    has_access() {
        return true;
    }
}

export function defineTelemetryModels() {
    defineMailModels();
    defineModels({ FarmFarm, FarmTank, IotDevice, IotAlert });
}

/** For a file of tests: on a computer, with our models, each test begins at `NOW`. */
export function setUpTelemetry() {
    describe.current.tags("desktop");
    defineTelemetryModels();
    beforeEach(startAtNow);
}

/** That of `makeDevice()` on Live. */
export const TILE = ".o_sd_tile[data-device-id='TEMP-G01']";

export function makeDevice(values = {}) {
    return {
        id: 7,
        device_id: "TEMP-G01",
        name: "Tank 1",
        device_type: "temperature",
        gateway: false,
        farm_id: 1,
        location: "Milk room",
        location_type: "raw_milk",
        tags: [],
        state: "active",
        values: { temperature: 3.8, humidity: 81 },
        units: { temperature: "°C", humidity: "%" },
        time: ago(5),
        last_seen: ago(5),
        online: true,
        is_alarm: false,
        alarm_type: false,
        fault: false,
        battery: 93,
        signal: 71,
        offline_after_s: 300,
        low: 2,
        high: 4,
        ...values,
    };
}

export function makeAlert(values = {}) {
    return {
        id: 1,
        device_id: "TEMP-G01",
        device_name: "Tank 1",
        farm_id: 1,
        alert_type: "high_temperature",
        severity: "high",
        state: "new",
        message: "Temperature too high",
        trigger_value: 9.4,
        threshold_value: 4,
        unit: "°C",
        created_at: ago(60),
        acknowledged_at: false,
        acknowledged_by: false,
        assigned_to: false,
        is_active: true,
        is_historic: false,
        needs_report: false,
        ...values,
    };
}

/** One row of a table of `ingest/live_message.py`. */
export function makeReading(values = {}) {
    return { d: "TEMP-G01", v: { temperature: 3.9 }, t: 0, b: 93, r: 71, ...values };
}

/** As the bus carries it: see `ingest/live_message.py`. */
export function makeMessage(...readings) {
    const tables = readings.map(({ d, v = {}, ...optional }) => {
        const told = Object.entries(optional).filter(([, value]) => value !== undefined);
        return {
            m: Object.keys(v),
            d: [d],
            v: Object.values(v).map((value) => [value]),
            ...Object.fromEntries(told.map(([key, value]) => [key, [value]])),
        };
    });
    return { farm_id: 1, at: Date.parse(NOW), tables };
}

export function makeBoard(values = {}) {
    return {
        now: NOW,
        farms: [{ id: 1, name: "Green Valley Dairy", tz: "Europe/Amsterdam", milk_today: 812.4 }],
        tags: [],
        devices: [makeDevice()],
        alerts: [],
        ...values,
    };
}

/** What every board asks the server for; `board` may be a function, called at each fetch. */
export function serveBoard(board = makeBoard()) {
    onRpc("farm.farm", "get_live_board", () => (typeof board === "function" ? board() : board));
    onRpc("farm.farm", "watch_live", () => null);
    onRpc("farm.farm", "get_live_trends", () => ({}));
}

/** Open the client action `smartdairy_iot.<name>` in the web client. */
export async function openAction(name) {
    await mountWithCleanup(WebClient);
    const tag = `smartdairy_iot.${name}`;
    await getService("action").doAction({ type: "ir.actions.client", name, tag });
}

/** Open Live, see `serveBoard`. */
export async function openBoard(board) {
    serveBoard(board);
    await openAction("live");
    await animationFrame();
}

/** Not core's `waitForChannels`: it runs all timers, and mail's "away" is half an hour ahead. */
export function isSubscribed(channel) {
    const { env } = MockServer;
    return [...(env["bus.bus"].channelsByUser[env.uid] || [])].includes(channel);
}

export function sendBus(type, payload) {
    MockServer.env["bus.bus"]._sendone("farm.farm_1", `smartdairy_iot/${type}`, payload);
}

export function sendReadings(...readings) {
    sendBus("reading_tables", makeMessage(...readings));
}

/** Open Live, and wait until its farm's channel is subscribed. */
export async function openLiveBoard(board) {
    await openBoard(board);
    await waitForChannels(["farm.farm_1"]);
}
