import { App, whenReady } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { appTranslateFn } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { getTemplate } from "@web/core/templates";
import { makeEnv, startServices } from "@web/env";
import { applySettings, Kiosk } from "./kiosk";
import { KioskLink, makeOrm, RefusedError } from "./kiosk_link";

const RETRY = 10_000;

/** Before there are translations: the server is away, or the link is not one. */
function say(text) {
    document.body.textContent = text;
}

async function open(link) {
    const since = new Date().toLocaleTimeString([], { timeStyle: "short" });
    for (;;) {
        try {
            return await link.open();
        } catch (error) {
            if (error instanceof RefusedError) {
                throw error;
            }
            say(`The server has not answered since ${since}. Trying again …`);
            await new Promise((resolve) => browser.setTimeout(resolve, RETRY));
        }
    }
}

async function start() {
    await whenReady();
    const link = new KioskLink(browser.location.hash.slice(1));
    // Another link is pasted into the same tab: only what stands behind # changes.
    browser.addEventListener("hashchange", () => browser.location.reload());
    let settings;
    try {
        settings = await open(link);
    } catch (error) {
        const dead = { unknown: "not valid", expired: "expired" }[error.reason] || "revoked";
        return say(`This link is ${dead}. Ask who runs Dairy IoT for a new one.`);
    }
    applySettings(settings);
    const watched = { callback: () => {} };
    const services = registry.category("services");
    services.add(
        "orm",
        { start: () => makeOrm(link, (news) => watched.callback(news)) },
        { force: true }
    );
    services.add("action", { start: () => ({ doAction() {} }) });
    const env = makeEnv();
    await startServices(env);
    say("");
    const { assets } = document.body.dataset;
    const app = new App(Kiosk, {
        env,
        getTemplate,
        props: { link, settings, assets, watched },
        translateFn: appTranslateFn,
    });
    await app.mount(document.body);
}

start();
