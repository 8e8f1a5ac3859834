import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { beforeEach, describe, expect, test, waitFor, waitUntil } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { getService, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { ColdChainView } from "@smartdairy_iot/kiosk/kiosk_views";
import {
    ago,
    defineTelemetryModels,
    makeReading,
    sendReadings,
    serveBoard,
    startAtNow,
} from "./live_test_helpers";

describe.current.tags("desktop");
defineTelemetryModels();
beforeEach(() => {
    startAtNow();
    serveBoard();
});

test("a wall reads its tanks again when a device was heard, and not while all is silent", async () => {
    const tank = { id: 3, name: "Bulk tank", farm: "North", temperature: 3.8, alerts: 0 };
    const more = { phase: "Storage", volume: null, capacity: null, measured_at: ago(5) };
    const link = {
        read: async (what) => {
            expect.step(what);
            return [{ ...tank, ...more, countdown: "", is_late: false }];
        },
    };
    await mountWithCleanup(WebClient);
    const telemetry = getService("smartdairy_iot.telemetry");
    telemetry.acquire();
    await waitForChannels(["farm.farm_1"]);
    const heard = () => telemetry.store.devices.get("TEMP-G01")?.time;
    await waitUntil(heard);
    const before = heard();
    await mountWithCleanup(ColdChainView, { props: { link } });
    await waitFor(".o_iot_tile:contains(Bulk tank)");
    expect.verifySteps(["cold_chain"]);
    await advanceTime(40_000);
    expect.verifySteps([]);
    sendReadings(makeReading({ t: 30_000 }));
    await waitUntil(() => heard() !== before, { timeout: 3000 });
    await advanceTime(20_000);
    expect.verifySteps(["cold_chain"]);
});
