/** Pure: which picture is shown, and which comes next. */

/** What needs somebody comes first; then as they stand on the farm. */
const ORDER = ["alarm", "fault", "offline", "ok", "nodata"];

export function sortDevices(devices) {
    return [...devices].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
}

/** How many tiles a screen has room for, one at least. */
export function capacity(width, height, tileWidth, tileHeight) {
    const columns = Math.max(1, Math.floor(width / tileWidth));
    return columns * Math.max(1, Math.floor(height / tileHeight));
}

export function countPages(items, perPage) {
    return Math.max(1, Math.ceil(items / perPage));
}

/**
 * The next page of this view, or else the first of the next view.
 *
 * @param {{index: number, page: number}} at
 * @param {number} views
 * @param {number} pages of the view that is shown
 */
export function next({ index, page }, views, pages) {
    return page + 1 < pages ? { index, page: page + 1 } : { index: (index + 1) % views, page: 0 };
}

export function previous({ index, page }, views) {
    return page > 0 ? { index, page: page - 1 } : { index: (index - 1 + views) % views, page: 0 };
}

/** What stands on a page; on the last one, if there were more when it was turned to. */
export function cut(items, page, perPage) {
    const shown = Math.min(page, countPages(items.length, perPage) - 1);
    return shown ? items.slice(shown * perPage, (shown + 1) * perPage) : items.slice(0, perPage);
}
