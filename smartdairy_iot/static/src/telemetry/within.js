import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";

/** Milliseconds after which a server that is asked for a board is not there. */
export const PATIENCE = 20_000;

/**
 * A line that is cut in silence answers nothing, for minutes: that, too, is an answer.
 *
 * @param {Promise & { abort?: Function }} call
 * @param {number} [patience] milliseconds
 * @throws {ConnectionLostError}
 */
export function within(call, patience = PATIENCE) {
    let timer;
    const late = new Promise((_resolve, reject) => {
        timer = browser.setTimeout(() => {
            reject(new ConnectionLostError());
            call.abort?.(false);
        }, patience);
    });
    return Promise.race([call, late]).finally(() => browser.clearTimeout(timer));
}
