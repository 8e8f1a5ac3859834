import { browser } from "@web/core/browser/browser";
import { router } from "@web/core/browser/router";
import { registry } from "@web/core/registry";
import { objectToUrlEncodedString } from "@web/core/utils/urls";

/**
 * The boards between which the tabs lead: name → `{ label, path, icon }`. `path` is the one of the
 * client action, so that each board is at `/odoo/<path>`.
 */
export const boards = registry.category("smartdairy_iot.boards");

/**
 * The address of a board. With `from`, its breadcrumb leads back there.
 *
 * @param {string} path such as "iot-device"
 * @param {object} [query] such as `{ device: 7 }`, see `useUrlState`
 * @param {string} [from] the path of the board one comes from
 */
export function boardUrl(path, query = {}, from = "") {
    const search = objectToUrlEncodedString(query);
    const folders = ["/odoo", from, path].filter(Boolean).join("/");
    return search ? `${folders}?${search}` : folders;
}

/** Open a board as a click on a link to it does. */
export function openBoard(env, path, query, from) {
    const url = new URL(boardUrl(path, query, from), browser.location.origin);
    router.pushState(router.urlToState(url), { replace: true, sync: true });
    return env.services.action.loadState(router.current);
}
