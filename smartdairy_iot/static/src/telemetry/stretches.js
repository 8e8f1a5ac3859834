import { browser } from "@web/core/browser/browser";

/** Milliseconds of work at a stretch: the page goes on answering between. */
export const STRETCH = 8;

/**
 * Take steps, a stretch of them at a time.
 *
 * @param {Iterator} steps each is short; what it yields does not matter
 * @param {() => boolean} [goesOn] asked after each pause
 * @returns {Promise<boolean>} whether all were taken
 */
export async function inStretches(steps, goesOn = () => true) {
    let until = browser.performance.now() + STRETCH;
    while (!steps.next().done) {
        if (browser.performance.now() >= until) {
            await new Promise((resolve) => browser.setTimeout(resolve));
            if (!goesOn()) {
                return false;
            }
            until = browser.performance.now() + STRETCH;
        }
    }
    return true;
}
