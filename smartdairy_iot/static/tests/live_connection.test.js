import { lockWebsocketConnect, waitForChannels } from "@bus/../tests/bus_test_helpers";
import { WEBSOCKET_CLOSE_CODES } from "@bus/workers/websocket_worker";
import { expect, test, waitFor } from "@odoo/hoot";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import { Hearing } from "@smartdairy_iot/telemetry/hearing";
import {
    contains,
    getService,
    makeServerError,
    MockServer,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {
    makeBoard,
    makeDevice,
    makeReading,
    openBoard,
    openLiveBoard,
    sendReadings,
    setUpTelemetry,
    TILE,
} from "./live_test_helpers";

setUpTelemetry();

const CONNECTION = ".o_sd_connection";

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

test("a websocket that is open and says nothing is replaced, and the badge does not lie", async () => {
    let device = makeDevice();
    await openLiveBoard(() => makeBoard({ now: new Date().toISOString(), devices: [device] }));
    await waitFor(`${CONNECTION}[data-connection='live']`);
    const { worker } = getService("smartdairy_iot.telemetry");
    patchWithCleanup(worker, {
        send(action) {
            if (action === "BUS:STOP") {
                expect.step(action);
                MockServer.env["bus.bus"]._simulateDisconnection(WEBSOCKET_CLOSE_CODES.CLEAN);
            }
            return super.send(...arguments);
        },
    });
    // Nothing is to be told: nothing is wrong.
    await advanceTime(70_000);
    expect.verifySteps([]);
    const speak = () => {
        const time = new Date(Date.now() - 10_000).toISOString();
        device = makeDevice({ time, last_seen: time });
    };
    speak();
    await advanceTime(300_000);
    expect.verifySteps(["BUS:STOP"]);
    await waitFor(`${CONNECTION}[data-connection='live']`);
});

test("one listens from when one is told, and looks less and less often where it is quiet", () => {
    let now = 0;
    const hearing = new Hearing(() => now);
    now = 1e6;
    expect(hearing.isDue()).toBe(false); // nobody listens yet
    hearing.listen();
    const looks = [];
    for (const start = now; now < start + 600_000; now += 1000) {
        if (hearing.isDue()) {
            looks.push(Math.round((now - start) / 1000));
        }
    }
    expect(looks).toEqual([31, 92, 213, 454]);
    hearing.heard();
    now += 31_000;
    expect(hearing.isDue()).toBe(true);
});

test("deaf is who was not told of what was said a while ago, and not of what is on its way", () => {
    let now = 0;
    const hearing = new Hearing(() => now);
    hearing.heard();
    now = 40_000;
    expect(hearing.isDeaf([-1000, 2000, NaN])).toBe(false);
    expect(hearing.isDeaf([38_000])).toBe(false);
    expect(hearing.isDeaf([20_000])).toBe(true);
    now = 25_000;
    expect(hearing.isDeaf([15_000])).toBe(false); // not silent for long enough
});
