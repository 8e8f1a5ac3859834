import { beforeEach, describe, expect, test, waitFor, waitForNone } from "@odoo/hoot";
import { click, queryAllTexts, waitUntil } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { browser } from "@web/core/browser/browser";
import {
    contains,
    getService,
    makeServerError,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineTelemetryModels, makeAlert } from "./live_test_helpers";

describe.current.tags("desktop");
defineTelemetryModels();

const TOAST = ".o_notification.o_sd_toast";
let audio;

/** Stands where the browser's audio is: it counts tones, and may wait for a gesture. */
class FakeAudio {
    currentTime = 0;
    tones = 0;
    destination = {};
    constructor() {
        this.state = audio.state;
        audio.context = this;
    }
    async resume() {
        this.state = audio.allowed ? "running" : "suspended";
    }
    createOscillator() {
        const tone = { frequency: {}, connect: (node) => node, stop() {} };
        return { ...tone, start: () => this.tones++ };
    }
    createGain() {
        const gain = { setValueAtTime() {}, linearRampToValueAtTime() {} };
        return { gain, connect: (node) => node };
    }
}

beforeEach(async () => {
    audio = { state: "running", allowed: true };
    patchWithCleanup(browser, { AudioContext: FakeAudio });
    onRpc("iot.alert", "read", () => [{ id: 1, state: "acknowledged" }]);
});

async function openClient({ isMainTab = true } = {}) {
    await mountWithCleanup(WebClient);
    const { multiTab } = getService("smartdairy_iot.alert_toasts");
    patchWithCleanup(multiTab, { isOnMainTab: async () => isMainTab });
}

async function tell(values = {}) {
    const severity = values.severity || "critical";
    getService("smartdairy_iot.alert_toasts").receive({
        alert: makeAlert({ severity }),
        event: "raised",
        title: "Critical: Tank 1",
        body: "Temperature too high",
        severity,
        sound: false,
        ...values,
    });
    await animationFrame();
}

test("a critical alert stays until somebody reacts, and links to the alert", async () => {
    await openClient();
    await tell();
    expect(TOAST).toHaveText(/Critical: Tank 1\.\s*Temperature too high/);
    expect(TOAST).toHaveAttribute("role", "alert");
    expect(`${TOAST} a`).toHaveAttribute("href", "/odoo/iot-alerts/1");
    await advanceTime(3_600_000);
    expect(TOAST).toHaveCount(1);
});

test("another alert goes by itself", async () => {
    await openClient();
    await tell({ severity: "medium" });
    expect(TOAST).toHaveCount(1);
    await advanceTime(13_000);
    await waitForNone(TOAST);
});

test("what the bus says is text, never markup", async () => {
    await openClient();
    await tell({ body: "<b>bold</b>" });
    expect(`${TOAST} b`).toHaveCount(0);
    expect(TOAST).toHaveText(/<b>bold<\/b>/);
});

test("the alert is acknowledged from the toast, which then goes", async () => {
    onRpc("iot.alert", "action_acknowledge_selected", ({ args }) => {
        expect.step(args[0]);
        return { type: "ir.actions.act_window_close" };
    });
    await openClient();
    await tell();
    await contains(`${TOAST} button:contains(Acknowledge)`).click();
    await waitForNone(TOAST);
    expect.verifySteps([[1]]);
});

test("where the farm asks for a report, its dialog opens, and without it the toast is back", async () => {
    onRpc("iot.alert", "action_acknowledge_selected", () => ({
        type: "ir.actions.act_window",
        res_model: "iot.device",
        views: [[false, "form"]],
        target: "new",
    }));
    onRpc("iot.alert", "read", () => [{ id: 1, state: "new" }]);
    await openClient();
    await tell();
    await contains(`${TOAST} button:contains(Acknowledge)`).click();
    await waitFor(".o_dialog .o_device_form");
    expect(TOAST).toHaveCount(0, { message: "it would cover the dialog" });
    await contains(".o_dialog .btn-close").click();
    await waitFor(TOAST);
});

test("a refusal is told, and the toast stays", async () => {
    onRpc("iot.alert", "action_acknowledge_selected", () => {
        throw makeServerError({ message: "The alert has ended." });
    });
    await openClient();
    await tell();
    await contains(`${TOAST} button:contains(Acknowledge)`).click();
    await waitFor(".o_notification:contains('The alert has ended.')");
    expect(TOAST).toHaveCount(1);
});

test("news of the same alert take the place of what was said before", async () => {
    await openClient();
    await tell({ body: "9.4 °C" });
    await tell({ body: "12.1 °C", event: "risen" });
    expect(TOAST).toHaveCount(1);
    expect(TOAST).toHaveText(/12\.1 °C/);
    await tell({ body: "Acknowledged by Anna", event: "acknowledged" });
    expect(TOAST).toHaveText(/Acknowledged by Anna/);
    await advanceTime(6000);
    await waitForNone(TOAST);
});

test("many at once are counted in one toast", async () => {
    await openClient();
    for (let id = 1; id <= 7; id++) {
        await tell({ alert: { id }, severity: "high" });
    }
    expect(`${TOAST}:not(.o_sd_toast_others)`).toHaveCount(4);
    expect(".o_sd_toast_others").toHaveText(/3 more alerts/);
    expect(".o_sd_toast_others a").toHaveAttribute("href", "/odoo/iot-alerts");
    await tell({ alert: { id: 7 }, event: "cleared" });
    expect(".o_sd_toast_others").toHaveText(/2 more alerts/);
});

test("what is critical is never only counted while something milder is shown", async () => {
    await openClient();
    for (let id = 1; id <= 4; id++) {
        await tell({ alert: { id }, severity: "medium" });
    }
    await tell({ alert: { id: 5 }, title: "Critical: Tank 5" });
    expect(`${TOAST}:contains('Critical: Tank 5')`).toHaveCount(1);
    expect(".o_sd_toast_others").toHaveText(/1 more alert/);
});

test("what is high is never only counted while something milder is shown", async () => {
    await openClient();
    for (let id = 1; id <= 4; id++) {
        await tell({ alert: { id }, severity: id === 3 ? "low" : "medium" });
    }
    await tell({ alert: { id: 5 }, severity: "high", title: "High: Tanker" });
    expect(`${TOAST}:contains('High: Tanker')`).toHaveCount(1);
    expect(".o_sd_toast_others").toHaveText(/1 more alert\b/);
    await tell({ alert: { id: 6 }, severity: "medium", title: "Medium: Tank 6" });
    expect(`${TOAST}:contains('Medium: Tank 6')`).toHaveCount(0);
});

test("good news covers the page no further than bad news may", async () => {
    await openClient();
    for (let id = 1; id <= 7; id++) {
        await tell({ alert: { id }, event: "cleared" });
    }
    expect(TOAST).toHaveCount(4);
});

test("a digest of many alerts opens the list", async () => {
    await openClient();
    await tell({ alert: false, title: "12 alerts", body: "Power cut" });
    expect(`${TOAST} a`).toHaveAttribute("href", "/odoo/iot-alerts");
    expect(`${TOAST} button:contains(Acknowledge)`).toHaveCount(0);
});

test("what is closed in one tab is closed in the others", async () => {
    const sent = [];
    await openClient();
    const service = getService("smartdairy_iot.alert_toasts");
    patchWithCleanup(service.tabs, { postMessage: (id) => sent.push(id) });
    await tell();
    await tell({ body: "news" });
    expect(sent).toEqual([], { message: "a replaced toast is not a closed one" });
    await contains(`${TOAST} .o_notification_close`).click();
    expect(sent).toEqual([1]);
    await tell();
    service.tabs.onmessage({ data: 1 });
    await waitForNone(TOAST);
    expect(sent).toEqual([1], { message: "and they do not answer" });
});

test("sound where it is asked for, once for all that come together", async () => {
    await openClient();
    await tell();
    expect(audio.context).toBe(undefined);
    await tell({ sound: true });
    await tell({ sound: true, alert: { id: 2 } });
    await waitUntil(() => audio.context?.tones);
    await advanceTime(300);
    expect(audio.context.tones).toBe(6);
    expect(".o_sd_toast_silent").toHaveCount(0);
});

test("a browser that waits for a gesture: the user is told, and then hears it", async () => {
    Object.assign(audio, { state: "suspended", allowed: false });
    await openClient();
    await tell({ sound: true });
    await waitUntil(() => audio.context);
    await advanceTime(300);
    await waitFor(".o_sd_toast_silent:contains('plays no sound before you click')");
    expect(audio.context.tones).toBe(0);
    audio.allowed = true;
    await click(".o_sd_toast_silent .o_notification_content");
    await waitForNone(".o_sd_toast_silent");
    expect(audio.context.tones).toBe(6);
});

test("only one tab makes the sound", async () => {
    await openClient({ isMainTab: false });
    await tell({ sound: true });
    await advanceTime(300);
    expect(audio.context).toBe(undefined);
    expect(queryAllTexts(TOAST)).toHaveLength(1);
});
