import { lockWebsocketConnect, waitForChannels } from "@bus/../tests/bus_test_helpers";
import { WEBSOCKET_CLOSE_CODES } from "@bus/workers/websocket_worker";
import { beforeEach, describe, expect, test, waitFor, waitForNone } from "@odoo/hoot";
import { press, queryAllTexts, queryAttribute, queryFirst, queryText } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred, mockDate } from "@odoo/hoot-mock";
import { Component, onPatched, xml } from "@odoo/owl";
import {
    contains,
    getService,
    makeServerError,
    MockServer,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { registry } from "@web/core/registry";
import { useUrlState } from "@smartdairy_iot/board/url_state";
import { LiveBoard } from "@smartdairy_iot/live_board/live_board";
import { Tile } from "@smartdairy_iot/live_board/tile";
import {
    ago,
    defineTelemetryModels,
    makeAlert,
    makeBoard,
    makeDevice,
    makeReading,
    NOW,
    openBoard,
    sendBus,
    sendReadings,
} from "./live_test_helpers";

describe.current.tags("desktop");
defineTelemetryModels();
beforeEach(() => mockDate(NOW.replace("Z", ""), 0));

const TILE = ".o_sd_tile[data-device-id='TEMP-G01']";
const CONNECTION = ".o_sd_connection";

/** The board is open, and its farm's channel subscribed. */
async function openLiveBoard(board) {
    await openBoard(board);
    await waitForChannels(["farm.farm_1"]);
}

test("a tile shows value, unit, limits, status and age", async () => {
    await openLiveBoard();
    expect(".o_sd_farm h2").toHaveText(/Green Valley Dairy/);
    expect(`${TILE} .o_sd_tile_value`).toHaveText("3.8");
    expect(TILE).toHaveText(/°C/);
    expect(TILE).toHaveText(/2 – 4 °C/);
    expect(TILE).toHaveText(/81 %/);
    expect(TILE).toHaveAttribute("data-status", "ok");
});

test("the age ticks without rendering the tile", async () => {
    patchWithCleanup(Tile.prototype, {
        setup() {
            super.setup();
            onPatched(() => expect.step("patched"));
        },
    });
    await openBoard(() => ({ ...makeBoard(), now: new Date().toISOString() }));
    expect(`${TILE} .o_sd_age`).toHaveText("5 s ago");
    await advanceTime(2000);
    expect(`${TILE} .o_sd_age`).toHaveText("7 s ago");
    expect.verifySteps([]);
});

test("a wrong clock on this computer does not make data old", async () => {
    mockDate("2026-01-05 09:30:00", 0);
    await openBoard();
    expect(`${TILE} .o_sd_age`).toHaveText("5 s ago");
    expect(TILE).not.toHaveClass("o_sd_stale");
});

test("status is told by data, words and icon, not by colour alone", async () => {
    await openLiveBoard(
        makeBoard({
            devices: [
                makeDevice({ device_id: "A" }),
                makeDevice({ device_id: "B", is_alarm: true, alarm_type: "temperature_high" }),
                makeDevice({ device_id: "C", online: false }),
                makeDevice({ device_id: "D", time: false, values: {} }),
                makeDevice({ device_id: "E", time: ago(301) }),
            ],
        })
    );
    const statuses = ["A", "B", "C", "D", "E"].map((id) =>
        queryAttribute(`[data-device-id='${id}']`, "data-status")
    );
    expect(statuses).toEqual(["ok", "alarm", "offline", "nodata", "ok"]);
    expect(queryAllTexts(".o_sd_tile_status")).toEqual([
        "OK",
        "Too high",
        "Offline",
        "No data yet",
        "Old data",
    ]);
    expect(
        new Set([...document.querySelectorAll(".o_sd_tile_status i")].map((i) => i.className))
    ).toHaveLength(5);
    expect("[data-device-id='D'] .o_sd_tile_value").toHaveText("–");
    expect("[data-device-id='E']").toHaveClass("o_sd_stale");
});

test("a reading changes its own tile and no other", async () => {
    patchWithCleanup(Tile.prototype, {
        setup() {
            super.setup();
            onPatched(() => expect.step(this.device.device_id));
        },
    });
    await openLiveBoard(
        makeBoard({ devices: [makeDevice(), makeDevice({ id: 8, device_id: "OTHER" })] })
    );
    expect.verifySteps([]);
    sendReadings(
        makeReading({
            v: { temperature: 9.42 },
            a: "temperature_high",
        })
    );
    await waitFor(`${TILE}[data-status='alarm']`);
    expect(`${TILE} .o_sd_tile_value`).toHaveText("9.42");
    expect("[data-kpi='alarm'] dd").toHaveText("1");
    expect.verifySteps(["TEMP-G01"]);
});

/** Where a tile leads: the real board is tested by itself, and the way there by a tour. */
class DeviceStub extends Component {
    static template = xml`<p class="o_device_stub" t-out="url.device"/>`;
    static props = ["*"];

    setup() {
        this.url = useUrlState({ device: 0 });
    }
}

function defineBoardActions() {
    const actions = registry.category("actions");
    actions.add("iot-live", LiveBoard, { force: true });
    actions.add("iot-device", DeviceStub, { force: true });
}

test("a click on a tile opens the board of its device", async () => {
    defineBoardActions();
    await openLiveBoard();
    await contains(TILE).click();
    await waitFor(".o_device_stub", { timeout: 3000 });
    expect(".o_device_stub").toHaveText("7");
});

test("key figures", async () => {
    await openLiveBoard(
        makeBoard({
            devices: [makeDevice(), makeDevice({ id: 8, device_id: "B", online: false })],
            alerts: [makeAlert(), makeAlert({ id: 2, severity: "critical" })],
        })
    );
    expect("[data-kpi='online'] dd").toHaveText("1");
    expect("[data-kpi='offline'] dd").toHaveText("1");
    expect("[data-kpi='alarm'] dd").toHaveText("0");
    expect("[data-kpi='temperature'] dd").toHaveText("3.8 °C");
    expect("[data-kpi='alerts'] [data-severity='critical']").toHaveText("1 Critical");
    expect("[data-kpi='alerts'] [data-severity='high']").toHaveText("1 High");
});

test("an alert from the bus is listed, announced and acknowledged by a click", async () => {
    onRpc("iot.alert", "action_acknowledge", ({ args }) => {
        expect.step(args[0]);
        return true;
    });
    await openLiveBoard();
    expect(".o_sd_no_alert").toHaveCount(1);
    sendBus("alert", { alert: makeAlert({ id: 5 }) });
    await waitFor(".o_sd_alert[data-alert-id='5']");
    expect("[aria-live='assertive']").toHaveText("High: Tank 1: Temperature too high");
    expect(".o_sd_alert").toHaveText(/9\.4 °C \(limit 4 °C\)/);
    await contains(".o_sd_alert[data-alert-id='5'] .o_sd_acknowledge").click();
    await waitFor(".o_sd_acknowledged");
    expect.verifySteps([[5]]);
    expect(".o_sd_acknowledged").toHaveText("Acknowledged by Mitchell Admin");
    expect(".o_sd_acknowledge").toHaveCount(0);
    expect(document.activeElement).toBe(queryFirst(".o_sd_alert"));
    sendBus("alert", { alert: makeAlert({ id: 5, state: "resolved", is_active: false }) });
    await waitForNone(".o_sd_alert");
    expect("[data-kpi='alerts'] dd").toHaveText("0");
});

test("an alert can be acknowledged with the keyboard", async () => {
    onRpc("iot.alert", "action_acknowledge", () => true);
    await openLiveBoard(makeBoard({ alerts: [makeAlert()] }));
    queryFirst(".o_sd_acknowledge").focus();
    await press("Enter");
    await waitFor(".o_sd_acknowledged");
});

test("a refused acknowledgement is told, and can be tried again", async () => {
    onRpc("iot.alert", "action_acknowledge", () => {
        throw makeServerError({ message: "You may not do this." });
    });
    await openLiveBoard(makeBoard({ alerts: [makeAlert()] }));
    await contains(".o_sd_acknowledge").click();
    await waitFor(".o_notification:contains('You may not do this.')");
    expect(".o_sd_acknowledge").toBeEnabled();
});

test("who may only watch is offered no button", async () => {
    onRpc("has_access", () => false);
    const over = { is_active: false };
    await openLiveBoard(makeBoard({ alerts: [makeAlert(over), makeAlert({ id: 2, ...over })] }));
    expect(".o_sd_alert").toHaveCount(2);
    expect(".o_sd_acknowledge, .o_sd_acknowledge_cleared").toHaveCount(0);
});

test("all that has cleared is acknowledged at once, what still holds is left", async () => {
    onRpc("iot.alert", "action_acknowledge_selected", ({ args }) => {
        expect.step(args[0].toSorted());
        return { type: "ir.actions.act_window_close" };
    });
    const over = { is_active: false };
    await openLiveBoard(
        makeBoard({
            alerts: [makeAlert(over), makeAlert({ id: 2, ...over }), makeAlert({ id: 3 })],
        })
    );
    await contains(".o_sd_acknowledge_cleared:contains('(2)')").click();
    await waitForNone(".o_sd_acknowledge_cleared");
    expect.verifySteps([[1, 2]]);
    expect(".o_sd_alert").toHaveCount(1);
});

test("an alert says whether it is acknowledged, cleared, and whose it is", async () => {
    const seen = { acknowledged_at: NOW, acknowledged_by: "Anna", assigned_to: "Ben" };
    await openLiveBoard(
        makeBoard({
            alerts: [
                makeAlert({ is_active: false }),
                makeAlert({ id: 2, state: "acknowledged", ...seen }),
            ],
        })
    );
    expect("[data-alert-id='1'] .o_sd_cleared").toHaveText("Cleared");
    expect("[data-alert-id='1'] .o_sd_acknowledge").toHaveCount(1);
    expect("[data-alert-id='2']").toHaveText(/Acknowledged by Anna/);
    expect("[data-alert-id='2'] .o_sd_assigned").toHaveText("Assigned to Ben");
    expect("[data-alert-id='2'] .o_sd_cleared").toHaveCount(0);
});

test("an alert tells the worst value so far; one that is no measurement tells none", async () => {
    const offline = { id: 2, kind: "offline", trigger_value: 1, threshold_value: 0, unit: "" };
    await openLiveBoard(
        makeBoard({ alerts: [makeAlert({ peak_value: 12.1 }), makeAlert(offline)] })
    );
    expect("[data-alert-id='1']").toHaveText(/12\.1 °C \(limit 4 °C\)/);
    expect("[data-alert-id='2']").not.toHaveText(/limit/);
});

test("a historic alert is never on the board", async () => {
    await openLiveBoard(makeBoard({ alerts: [makeAlert({ is_historic: true })] }));
    sendBus("alert", { alert: makeAlert({ id: 5, is_historic: true }) });
    sendBus("alert", { alert: makeAlert({ id: 6 }) });
    await waitFor("[data-alert-id='6']");
    expect(".o_sd_alert").toHaveCount(1);
});

test("where the farm asks for a report, a click opens its dialog", async () => {
    onRpc("iot.alert", "action_acknowledge_selected", () => ({
        type: "ir.actions.act_window",
        res_model: "iot.device",
        views: [[false, "form"]],
        target: "new",
    }));
    await openLiveBoard(makeBoard({ alerts: [makeAlert({ needs_report: true })] }));
    await contains(".o_sd_acknowledge").click();
    await waitFor(".o_dialog .o_device_form");
    expect(".o_sd_acknowledge").toHaveCount(1);
});

test("the server is told at once and each half minute that somebody watches", async () => {
    onRpc("farm.farm", "watch_live", ({ args }) => expect.step(args));
    await openLiveBoard();
    await animationFrame();
    expect.verifySteps([[[1]]]);
    await advanceTime(29_000);
    expect.verifySteps([]);
    await advanceTime(2000);
    expect.verifySteps([[[1]]]);
});

test("a tab in the background leaves its farms, and comes back to what is true now", async () => {
    let value = 3.8;
    onRpc("farm.farm", "watch_live", () => expect.step("watch"));
    await openBoard(() => makeBoard({ devices: [makeDevice({ values: { temperature: value } })] }));
    await waitForChannels(["farm.farm_1"]);
    expect.verifySteps(["watch"]);
    const page = { visibilityState: "hidden" };
    patchWithCleanup(document, {
        get visibilityState() {
            return page.visibilityState;
        },
    });
    document.dispatchEvent(new Event("visibilitychange"));
    await waitForChannels(["farm.farm_1"], { operation: "delete" });
    await advanceTime(60_000);
    expect.verifySteps([]);
    value = 4.4;
    page.visibilityState = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
    await waitForChannels(["farm.farm_1"]);
    await animationFrame();
    expect(`${TILE} .o_sd_tile_value`).toHaveText("4.4");
    expect.verifySteps(["watch"]);
});

test("leaving the board stops everything", async () => {
    onRpc("farm.farm", "watch_live", () => expect.step("watch"));
    defineBoardActions();
    await openLiveBoard();
    await contains(TILE).click();
    await waitFor(".o_device_stub", { timeout: 3000 });
    await waitForChannels(["farm.farm_1"], { operation: "delete" });
    expect.verifySteps(["watch"]);
    await advanceTime(60_000);
    expect.verifySteps([]);
    expect(getService("smartdairy_iot.telemetry").tickListeners.size).toBe(0);
});

test("after a lost connection everything is fetched again", async () => {
    let temperature = 3.8;
    await openLiveBoard(() => makeBoard({ devices: [makeDevice({ values: { temperature } })] }));
    await waitFor(`${CONNECTION}[data-connection='live']`);
    const unlock = lockWebsocketConnect();
    MockServer.env["bus.bus"]._simulateDisconnection(WEBSOCKET_CLOSE_CODES.ABNORMAL_CLOSURE);
    await waitFor(`${CONNECTION}[data-connection='reconnecting']`);
    await advanceTime(12_000);
    expect(`${CONNECTION}[data-connection='stale']`).toHaveText(/Stale since \d\d:\d\d/);
    expect(".o_sd_content").toHaveClass("o_sd_not_live");
    temperature = 5.5;
    unlock();
    await advanceTime(60_000);
    await waitFor(`${CONNECTION}[data-connection='live']`);
    expect(`${TILE} .o_sd_tile_value`).toHaveText("5.5");
});

test("what the bus brings during a fetch is newer than the snapshot", async () => {
    const fetched = new Deferred();
    let first = true;
    await openLiveBoard(async () => {
        if (first) {
            first = false;
        } else {
            await fetched;
        }
        return makeBoard();
    });
    getService("smartdairy_iot.telemetry").load();
    sendReadings(makeReading({ v: { temperature: 7.7 } }));
    await animationFrame();
    expect(`${TILE} .o_sd_tile_value`).toHaveText("3.8");
    fetched.resolve();
    await waitFor(`${TILE} .o_sd_tile_value:contains('7.7')`);
});

test("a device that was just registered appears with its first reading", async () => {
    const devices = [makeDevice()];
    await openLiveBoard(() => makeBoard({ devices }));
    await advanceTime(2000);
    devices.push(makeDevice({ id: 8, device_id: "NEW" }));
    sendReadings(makeReading({ d: "NEW" }));
    await waitFor("[data-device-id='NEW']");
});

test("a failed fetch is told and tried again", async () => {
    let fail = true;
    await openBoard(() => {
        if (fail) {
            throw makeServerError({ message: "The store is away." });
        }
        return makeBoard();
    });
    await waitFor(".o_notification:contains('The store is away.')");
    expect(".o_sd_retry").toHaveCount(1);
    fail = false;
    await contains(".o_sd_retry").click();
    await waitFor(TILE);
});

test("without a farm, the next step is to create one", async () => {
    onRpc("has_access", () => true);
    await openBoard(makeBoard({ farms: [], devices: [] }));
    await waitFor(".o_sd_empty");
    expect(queryText(".o_sd_empty h3")).toBe("No farm yet");
    await contains(".o_sd_empty button").click();
    await waitFor(".o_farm_form");
});

test("without a device, the next step is to register one, for who may", async () => {
    onRpc("has_access", () => false);
    await openLiveBoard(makeBoard({ devices: [] }));
    await waitFor(".o_sd_farm .o_sd_empty");
    expect(".o_sd_empty").toHaveText(/No device on this farm yet/);
    expect(".o_sd_empty button").toHaveCount(0);
    expect(".o_sd_empty").toHaveText(/Ask your administrator/);
});

const TILES = ".o_sd_tile";

/** Two farms, four devices; the addresses of the filters are tested in `board_frame.test.js`. */
function makeTwoFarms() {
    return makeBoard({
        farms: [
            { id: 1, name: "Green Valley Dairy", tz: "UTC", milk_today: 812.44 },
            { id: 2, name: "Hillside Farm", tz: "UTC", milk_today: 100 },
        ],
        tags: [{ id: 5, name: "HACCP" }],
        devices: [
            makeDevice(),
            makeDevice({ id: 8, device_id: "PH", device_type: "ph_sensor", tags: [5] }),
            makeDevice({ id: 9, device_id: "COLD", location: "Cold store", farm_id: 2 }),
            makeDevice({ id: 10, device_id: "AIR", location: "", online: false }),
        ],
    });
}

test("tiles stand by farm and by place, those without a place last", async () => {
    await openLiveBoard(makeTwoFarms());
    expect(queryAllTexts("[data-farm-id='1'] .o_sd_place")).toEqual(["Milk room", "Elsewhere"]);
    expect("[data-farm-id='2'] .o_sd_place").toHaveText("Cold store");
});

test("filters choose tiles by farm, type, status, tag and text, and can be cleared", async () => {
    await openLiveBoard(makeTwoFarms());
    const choose = async (menu, item) => {
        await contains(`[data-filter='${menu}']`).click();
        await contains(`.o-dropdown-item:contains('${item}')`).click();
        await press("Escape");
        await animationFrame();
    };
    await choose("farm", "Green Valley");
    expect(TILES).toHaveCount(3);
    await choose("type", "pH Sensor");
    expect(TILES).toHaveCount(1);
    await contains(".o_sd_filter_clear").click();
    expect(TILES).toHaveCount(4);
    await choose("tag", "HACCP");
    expect(queryAttribute(TILES, "data-device-id")).toBe("PH");
    await contains(".o_sd_filter_clear").click();
    await choose("status", "Offline");
    expect(queryAttribute(TILES, "data-device-id")).toBe("AIR");
    await contains(".o_sd_filter_text").edit("store");
    await advanceTime(300);
    await waitFor(".o_sd_no_match");
    await contains(".o_sd_no_match button").click();
    expect(TILES).toHaveCount(4);
});

test("a tile comes and goes with its status while one looks for that", async () => {
    await openLiveBoard();
    await contains("[data-kpi='alarm'] button").click();
    expect(TILES).toHaveCount(0);
    sendReadings(makeReading({ a: "high_temperature" }));
    await waitFor(TILE);
});

test("the average is of the cold chain only, milk is that of all farms", async () => {
    const place = { device_id: "AIR", farm_id: 2, location_type: "default" };
    const air = makeDevice({ id: 8, ...place, values: { temperature: 30 } });
    await openLiveBoard({ ...makeTwoFarms(), devices: [makeDevice(), air] });
    expect("[data-kpi='temperature'] dd").toHaveText("3.8 °C");
    expect("[data-kpi='milk'] dd").toHaveText("912.4 L");
});

test("a key figure leads to the list of what it counts", async () => {
    await openLiveBoard();
    patchWithCleanup(getService("action"), {
        doAction(action, { additionalContext }) {
            expect.step([action, Object.keys(additionalContext)]);
        },
    });
    await contains("[data-kpi='offline'] button").click();
    await contains("[data-kpi='alerts'] button").click();
    expect.verifySteps([
        ["smartdairy_iot.iot_device_action", ["search_default_offline"]],
        ["smartdairy_iot.iot_alert_action", ["search_default_open"]],
    ]);
});

test("the line of a tile is fetched when it is seen, and goes on with what the bus brings", async () => {
    const board = makeBoard();
    const start = Date.parse(NOW) - 3600_000;
    await openLiveBoard(board);
    onRpc("farm.farm", "get_live_trends", ({ args }) => {
        expect.step(args[0]);
        return {
            "TEMP-G01": [
                [start, 3],
                [start + 900_000, 5],
            ],
        };
    });
    const { trends, store } = getService("smartdairy_iot.telemetry");
    trends.forget();
    trends.want(store.devices.get("TEMP-G01"), () => expect.step("drawn"));
    await advanceTime(300);
    expect.verifySteps([[7], "drawn"]);
    sendReadings(makeReading());
    await waitFor(`${TILE} .o_sd_tile_value:contains('3.9')`);
    expect(trends.get("TEMP-G01").at(-1)).toEqual([Date.parse(NOW), 3.9]);
    expect(`${TILE} .o_sd_line path`).toHaveAttribute("d", /^M83\.3 19\.0L87\.5 1\.0/);
});

test("what is off the screen is not written until it is seen again", async () => {
    await openLiveBoard();
    const telemetry = getService("smartdairy_iot.telemetry");
    const [[element, onChange]] = telemetry.visibility.callbacks;
    expect(element).toBe(queryFirst(TILE));
    onChange(false);
    sendReadings(makeReading({ v: { temperature: 5.5 } }));
    await animationFrame();
    await animationFrame();
    expect(telemetry.store.devices.get("TEMP-G01").values.temperature).toBe(5.5);
    expect(`${TILE} .o_sd_tile_value`).toHaveText("3.8");
    onChange(true);
    expect(`${TILE} .o_sd_tile_value`).toHaveText("5.5");
});

test("many tiles come one screen after the other, and all of them", async () => {
    const devices = [...Array(200).keys()].map((id) => makeDevice({ id, device_id: `D${id}` }));
    await openLiveBoard(makeBoard({ devices }));
    expect(".o_sd_farm h2 .badge").toHaveText("200");
    for (let frame = 0; frame < 6; frame++) {
        await animationFrame();
    }
    expect(TILES).toHaveCount(200);
});
