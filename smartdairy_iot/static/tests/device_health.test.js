import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { click, queryAll, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import {
    allowTranslations,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { localization } from "@web/core/l10n/localization";

import { describeDuration, describePercent } from "@smartdairy_iot/device_health/words";
import "@smartdairy_iot/device_health/device_health";

class Device extends models.Model {
    _name = "iot.device";
    name = fields.Char();
    _records = [{ id: 1, name: "Tank" }];
}

defineMailModels();
defineModels([Device]);

beforeEach(() => {
    allowTranslations();
    patchWithCleanup(localization, { decimalPoint: ".", grouping: [3, 0], thousandsSep: "," });
});

const HEALTH = {
    tz: "Europe/Amsterdam",
    start: "2026-01-04T06:00:00+01:00",
    end: "2026-01-05T06:00:00+01:00",
    uptime: { day: 75, week: 99.9999, month: null },
    spans: [
        {
            is_online: true,
            start: "2026-01-04T06:00:00+01:00",
            end: "2026-01-05T00:00:00+01:00",
            seconds: 64800,
            is_open: false,
        },
        {
            is_online: false,
            start: "2026-01-05T00:00:00+01:00",
            end: "2026-01-05T06:00:00+01:00",
            seconds: 21600,
            is_open: true,
        },
    ],
    outages: [
        {
            is_online: false,
            start: "2026-01-05T00:00:00+01:00",
            end: "2026-01-05T06:00:00+01:00",
            seconds: 21600,
            is_open: true,
        },
    ],
    outage_count: 1,
    battery: [
        ["2026-01-04T06:00:00+01:00", 90],
        ["2026-01-05T05:00:00+01:00", 87],
    ],
    signal: [],
    today: { received: 12, rejected: 1, again: 0, late: 2 },
    total: { received: 1234, rejected: 5, again: 0, late: 2 },
    last_seen: "2026-01-05T00:00:00+01:00",
    is_online: false,
    clock_offset: -90,
    may_see_refused: false,
};

async function openHealth() {
    await mountView({
        type: "form",
        resModel: "iot.device",
        resId: 1,
        arch: `<form><field name="name"/><widget name="iot_device_health"/></form>`,
    });
    await animationFrame();
}

describe("in words", () => {
    test("a duration has its two largest units", () => {
        expect(describeDuration(0)).toBe("0 s");
        expect(describeDuration(59)).toBe("59 s");
        expect(describeDuration(3900)).toBe("1 h 5 min");
        expect(describeDuration(3605)).toBe("1 h");
        expect(describeDuration(90061)).toBe("1 d 1 h");
    });

    test("what is not all of it is never shown as 100 %", () => {
        expect(describePercent(100)).toBe("100 %");
        expect(describePercent(99.9999)).toBe("99.99 %");
        expect(describePercent(null)).toBe("unknown");
    });
});

test("the page tells uptime, outages, counts, and its pictures in words", async () => {
    onRpc("iot.device", "get_health", () => HEALTH);
    await openHealth();
    expect(queryAllTexts(".o_iot_health_span strong")).toEqual(["75 %", "99.99 %", "unknown"]);
    expect(".o_iot_timeline_bar span").toHaveCount(2);
    const bar = queryOne(".o_iot_timeline_bar").getAttribute("aria-label");
    expect(bar).toMatch(/outages: 1$/);
    expect(".o_iot_health_outages").toHaveText(/still offline\s+6 h/);
    expect(queryAllTexts(".o_iot_health_counts tbody td")).toEqual([
        "12",
        "1234",
        "1",
        "5",
        "0",
        "0",
        "2",
        "2",
    ]);
    const [battery, signal] = queryAllTexts(".o_iot_chart figcaption");
    expect(battery).toMatch(/^Battery: from 90 % .* to 87 % .*; lowest 87 %, highest 90 %\.$/);
    expect(signal).toBe("Signal: nothing is known of this time.");
    expect("canvas").toHaveCount(1);
    expect(".o_iot_health_top").toHaveText(/1 min 30 s behind/);
    expect("button:contains(Rejected messages)").toHaveCount(0);
});

test("another time is fetched when it is asked for", async () => {
    onRpc("iot.device", "get_health", ({ kwargs }) => {
        expect.step(kwargs.span);
        return HEALTH;
    });
    await openHealth();
    expect.verifySteps(["week"]);
    await click(queryAll(".o_iot_health_span")[2]);
    await animationFrame();
    expect.verifySteps(["month"]);
    expect(queryAll(".o_iot_health_span")[2]).toHaveAttribute("aria-pressed", "true");
});

test("a store that is away says so, and is asked again", async () => {
    let isAway = true;
    onRpc("iot.device", "get_health", () => {
        if (isAway) {
            throw new Error("The time-series database does not answer.");
        }
        return HEALTH;
    });
    await openHealth();
    expect(".o_iot_health .alert").toHaveCount(1);
    isAway = false;
    await click(".o_iot_health .alert button");
    await animationFrame();
    expect(".o_iot_health .alert").toHaveCount(0);
    expect(".o_iot_health_outages").toHaveCount(1);
});
