import { expect, test, waitFor } from "@odoo/hoot";
import { press, queryAllTexts, queryAttribute } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, getService, patchWithCleanup } from "@web/../tests/web_test_helpers";
import {
    makeBoard,
    makeDevice,
    makeReading,
    openLiveBoard,
    sendReadings,
    setUpTelemetry,
    TILE,
} from "./live_test_helpers";

setUpTelemetry();

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
