import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, microTick } from "@odoo/hoot-mock";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { Feed } from "@smartdairy_iot/telemetry/feed";
import { LiveStore } from "@smartdairy_iot/telemetry/live_store";
import { decodeReadings } from "@smartdairy_iot/telemetry/message";
import { inStretches, STRETCH } from "@smartdairy_iot/telemetry/stretches";
import { makeBoard, makeDevice, makeMessage, makeReading, NOW } from "./live_test_helpers";

describe.current.tags("headless");

/** Each look at the clock takes so long. */
function slowClock(milliseconds) {
    let now = 0;
    patchWithCleanup(browser, { performance: { now: () => (now += milliseconds) } });
}

test("the messages of many farms that come in one task share one stretch", async () => {
    const ids = [...Array(30).keys()].map((id) => `D${id}`);
    const store = new LiveStore(() => Date.parse(NOW));
    store.applyBoard(makeBoard({ devices: ids.map((device_id) => makeDevice({ device_id })) }));
    const feed = new Feed({ store, trends: { add() {} }, onUnknown() {} });
    slowClock(1);
    for (const d of ids) {
        feed.add(decodeReadings(makeMessage(makeReading({ d, v: { temperature: 7 } }))));
    }
    const shown = () => ids.filter((id) => store.devices.get(id).values.temperature === 7).length;
    expect(shown()).toBeWithin(1, STRETCH);
    for (let turn = 0; turn < 6; turn++) {
        await advanceTime(1);
    }
    expect(shown()).toBe(30);
    feed.stop();
});

test("work is done in stretches, and ended when nobody wants it any more", async () => {
    slowClock(1);
    let taken = 0;
    let isWanted = true;
    function* work() {
        for (; taken < 100; taken++) {
            yield;
        }
    }
    const done = inStretches(work(), () => isWanted);
    await microTick();
    expect(taken).toBeWithin(1, STRETCH + 1);
    await advanceTime(1);
    const before = taken;
    expect(before).toBeGreaterThan(STRETCH);
    isWanted = false;
    await advanceTime(1);
    expect(await done).toBe(false);
    expect(taken).toBe(before);
});
