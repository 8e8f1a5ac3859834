/** What a page needs that stays open for weeks. */
import { browser } from "@web/core/browser/browser";

const DAY = 86_400_000;
const RELOAD_PAUSE = 600_000;
const RELOADED_AT = "smartdairy_iot.kiosk.reloaded_at";

/** A still picture burns in: it wanders a few pixels around, once in an hour. */
export function burnInShift(millis, radius = 6) {
    const angle = ((millis % 3_600_000) / 3_600_000) * 2 * Math.PI;
    return [Math.round(radius * Math.cos(angle)), Math.round(radius * Math.sin(angle))];
}

/** After an update of Odoo; and once a day, so that nothing can pile up. */
export function isReloadDue({ startedAt, now, ownAssets, assets }) {
    return now - startedAt > DAY || Boolean(assets && ownAssets && assets !== ownAssets);
}

/**
 * Load the page again, but only from a server that answers: the browser's own page of errors
 * would stay for ever. A cache that keeps an old page must not make it go round in circles.
 *
 * @returns {Promise<boolean>} whether it is being loaded
 */
export async function reload(now) {
    if (now - Number(browser.sessionStorage.getItem(RELOADED_AT)) < RELOAD_PAUSE) {
        return false;
    }
    try {
        const answer = await browser.fetch(browser.location.pathname, { cache: "no-store" });
        if (!answer.ok) {
            return false;
        }
    } catch {
        return false;
    }
    browser.sessionStorage.setItem(RELOADED_AT, now);
    browser.location.reload();
    return true;
}

/** The screen stays on while the page is seen; browsers grant it over HTTPS only. */
export async function keepAwake() {
    if (browser.navigator.wakeLock && document.visibilityState === "visible") {
        try {
            await browser.navigator.wakeLock.request("screen");
        } catch {
            // A low battery, or a browser that asks for a touch first: not ours to decide.
        }
    }
}
