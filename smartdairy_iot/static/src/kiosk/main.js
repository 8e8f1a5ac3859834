import { App, whenReady } from "@odoo/owl";
import { loadCSS } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";
import { appTranslateFn } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { getTemplate } from "@web/core/templates";
import { makeEnv, startServices } from "@web/env";
import { Kiosk } from "./kiosk";
import { KioskLink, makeOrm, RefusedError } from "./kiosk_link";

const RETRY = 10_000;

/** Before there are translations: the server is away, or the link is not one. */
function say(text) {
    document.body.textContent = text;
}

function sayAway(since) {
    const time = since.toLocaleTimeString([], { timeStyle: "short" });
    say(`The server has not answered since ${time}. Trying again …`);
}

async function open(link) {
    const since = new Date();
    for (;;) {
        try {
            return await link.open();
        } catch (error) {
            if (error instanceof RefusedError) {
                throw error;
            }
            sayAway(since);
            await new Promise((resolve) => browser.setTimeout(resolve, RETRY));
        }
    }
}

/** Its language, its colours and its size of text, before anything of it is seen. */
async function dress({ lang, direction, theme, text_size, styles }) {
    const dark = browser.matchMedia("(prefers-color-scheme: dark)");
    const root = document.documentElement;
    if (theme === "auto") {
        dark.addEventListener("change", () => browser.location.reload());
    }
    const colours = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    root.lang = lang.replace("_", "-");
    root.dir = direction;
    Object.assign(root.dataset, { colorScheme: colours, textSize: text_size });
    document.body.classList.toggle("o_rtl", direction === "rtl");
    await Promise.all(styles[colours].map((url) => loadCSS(url)));
    document.getElementById("o_iot_boot").remove();
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
    await dress(settings);
    const watched = { callback: () => {} };
    const services = registry.category("services");
    services.add(
        "orm",
        { start: () => makeOrm(link, (news) => watched.callback(news)) },
        { force: true }
    );
    services.add("action", { start: () => ({ doAction() {} }) });
    // What is a button on a board is its text here: a wall opens nothing.
    const env = Object.assign(makeEnv(), { isWall: true });
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

/** The server went away meanwhile: nobody stands there to load the page anew. */
start().catch((error) => {
    console.error(error);
    sayAway(new Date());
    browser.setTimeout(() => browser.location.reload(), RETRY);
});
