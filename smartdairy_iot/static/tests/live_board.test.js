import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { expect, test, waitFor } from "@odoo/hoot";
import { queryAllTexts, queryAttribute, queryFirst, queryText } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import { Component, onPatched, xml } from "@odoo/owl";
import { contains, getService, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { registry } from "@web/core/registry";
import { useUrlState } from "@smartdairy_iot/board/url_state";
import { LiveBoard } from "@smartdairy_iot/live_board/live_board";
import { Tile } from "@smartdairy_iot/live_board/tile";
import {
    ago,
    makeAlert,
    makeBoard,
    makeDevice,
    makeReading,
    NOW,
    openBoard,
    openLiveBoard,
    sendReadings,
    setUpTelemetry,
    TILE,
} from "./live_test_helpers";

setUpTelemetry();

const TILES = ".o_sd_tile";

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

test("a quantity is read from left to right also where people write the other way", async () => {
    await openBoard();
    const quantity = await waitFor("[data-device-id='TEMP-G01'] .o_sd_quantity");
    expect(quantity).toHaveAttribute("dir", "ltr");
    expect(quantity).toHaveText(/3.8\s*°C/);
});

test("an age that is not translated is not turned around where people write the other way", async () => {
    await openBoard(makeBoard({ alerts: [makeAlert()] }));
    for (const selector of [`${TILE} .o_sd_age`, ".o_sd_alert .o_sd_age"]) {
        const age = await waitFor(selector);
        age.parentElement.dir = "rtl";
        const { firstChild } = age;
        const leftOf = (index) => {
            const range = document.createRange();
            range.setStart(firstChild, index);
            range.setEnd(firstChild, index + 1);
            return range.getBoundingClientRect().left;
        };
        expect(age).toHaveText(/^\d+ (s|min) ago$/);
        expect(leftOf(0)).toBeLessThan(leftOf(firstChild.length - 1));
    }
});
