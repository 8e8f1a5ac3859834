import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { mockFetch } from "@odoo/hoot-mock";
import { makeMockServer, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { burnInShift, isReloadDue, reload } from "@smartdairy_iot/kiosk/kiosk_life";
import { KioskLink, makeOrm, RefusedError } from "@smartdairy_iot/kiosk/kiosk_link";
import {
    capacity,
    countPages,
    cut,
    next,
    previous,
    sortDevices,
} from "@smartdairy_iot/kiosk/rotation";

describe.current.tags("headless");
defineMailModels();

test("every page of a view is shown before the next view", () => {
    expect(next({ index: 0, page: 0 }, 3, 2)).toEqual({ index: 0, page: 1 });
    expect(next({ index: 0, page: 1 }, 3, 2)).toEqual({ index: 1, page: 0 });
    expect(next({ index: 2, page: 0 }, 3, 1)).toEqual({ index: 0, page: 0 });
    expect(previous({ index: 0, page: 0 }, 3)).toEqual({ index: 2, page: 0 });
});

test("a screen holds one tile at least, and as many as fit", () => {
    expect(capacity(100, 50, 300, 200)).toBe(1);
    expect(capacity(1000, 600, 300, 200)).toBe(9);
    expect(countPages(0, 9)).toBe(1);
    expect(countPages(10, 9)).toBe(2);
});

test("a page that is gone by now shows the last there is", () => {
    expect(cut([1, 2, 3], 0, 2)).toEqual([1, 2]);
    expect(cut([1, 2, 3], 1, 2)).toEqual([3]);
    expect(cut([1, 2, 3], 5, 2)).toEqual([3]);
    expect(cut([1, 2, 3], 0, Infinity)).toEqual([1, 2, 3]);
});

test("what needs somebody comes first", () => {
    const devices = ["ok", "nodata", "alarm", "offline"].map((status) => ({ status }));
    expect(sortDevices(devices).map(({ status }) => status)).toEqual([
        "alarm",
        "offline",
        "ok",
        "nodata",
    ]);
});

test("the picture wanders and never far", () => {
    const places = [0, 15, 30, 45].map((minutes) => burnInShift(minutes * 60_000));
    expect(new Set(places.map(String)).size).toBe(4);
    expect(places.flat().every((shift) => Math.abs(shift) <= 6)).toBe(true);
});

test("the page is loaded again after an update, and once a day", () => {
    const page = { startedAt: 0, now: 1000, ownAssets: "a", assets: "a" };
    expect(isReloadDue(page)).toBe(false);
    expect(isReloadDue({ ...page, assets: undefined })).toBe(false);
    expect(isReloadDue({ ...page, assets: "b" })).toBe(true);
    expect(isReloadDue({ ...page, now: 90_000_000 })).toBe(true);
});

test("it is not loaded again while the server is away, nor round in circles", async () => {
    patchWithCleanup(browser.location, { reload: () => expect.step("reload") });
    browser.sessionStorage.removeItem("smartdairy_iot.kiosk.reloaded_at");
    mockFetch(() => {
        throw new TypeError("away");
    });
    expect(await reload(1_000_000)).toBe(false);
    mockFetch(() => "<html/>");
    expect(await reload(1_000_000)).toBe(true);
    expect(await reload(1_060_000)).toBe(false);
    expect.verifySteps(["reload"]);
});

test("a refused link says why, and tells its screen", async () => {
    onRpc("/iot/kiosk/read", () => ({ refused: "revoked" }));
    await makeMockServer();
    const link = new KioskLink("secret");
    link.onRefused = (reason) => expect.step(reason);
    const refused = await link.read("live").catch((error) => error);
    expect(refused).toBeInstanceOf(RefusedError);
    expect.verifySteps(["revoked"]);
});

test("a screen calls what the telemetry needs, and nothing else", async () => {
    const link = {
        read: async (what, ids = "") => `board ${what}${ids}`,
        watch: async () => ({ assets: "a" }),
    };
    const orm = makeOrm(link, ({ assets }) => expect.step(assets));
    expect(await orm.silent.call("farm.farm", "get_live_board", [])).toBe("board live");
    const curve = await orm.silent.call("farm.tank", "get_cooling_curve", [[7]], {});
    expect(curve).toBe("board cooling_curve7");
    await orm.silent.call("farm.farm", "watch_live", [[1]]);
    expect.verifySteps(["a"]);
    const refused = await orm.call("iot.device", "unlink", [[1]]).catch((error) => error);
    expect(refused.message).toMatch(/does not call/);
});
