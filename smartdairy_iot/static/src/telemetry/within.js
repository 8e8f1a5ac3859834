import { ConnectionLostError } from "@web/core/network/rpc";

/** Milliseconds after which a server that was asked for a board is not there. */
export const PATIENCE = 20_000;

/**
 * A line that is cut in silence answers nothing, for minutes: that, too, is an answer.
 *
 * @param {Promise & { abort?: Function }} call
 * @param {number} [patience] milliseconds in which the page was awake: a laptop that slept is not late
 * @throws {ConnectionLostError}
 */
export function within(call, patience = PATIENCE) {
    const signal = AbortSignal.timeout(patience);
    let onLate;
    const late = new Promise((_resolve, reject) => {
        onLate = () => {
            reject(new ConnectionLostError());
            call.abort?.(false);
        };
        signal.addEventListener("abort", onLate);
    });
    return Promise.race([call, late]).finally(() => signal.removeEventListener("abort", onLate));
}
