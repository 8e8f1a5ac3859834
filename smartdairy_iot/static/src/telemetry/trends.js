import { browser } from "@web/core/browser/browser";

const SPAN = 6 * 3600_000;
/** The newest values are one point for each minute, as fine as so small a line can show. */
const STEP = 60_000;
/** Tiles come into sight one after the other: ask for all at once. */
const GATHER = 200;
const AT_ONCE = 200;
/** So old, a trend has gaps which the bus did not fill. */
const FRESH = 900_000;

/** What each device measured in the last hours: fetched when its tile is seen first. */
export class Trends {
    constructor({ orm, now }) {
        this.orm = orm;
        this.now = now;
        /** device id → `{ points: [[milliseconds, value]], fetchedAt }` */
        this.trends = new Map();
        /** id of the record → called when its trend is there */
        this.wanted = new Map();
    }

    get(deviceId) {
        return this.trends.get(deviceId)?.points || [];
    }

    want({ id, device_id }, callback) {
        const trend = this.trends.get(device_id);
        if (trend && this.now() - trend.fetchedAt < FRESH) {
            return;
        }
        this.wanted.set(id, { device_id, callback });
        this.timer ||= browser.setTimeout(() => this.fetch(), GATHER);
    }

    async fetch() {
        this.timer = null;
        const asked = [...this.wanted].slice(0, AT_ONCE);
        asked.forEach(([id]) => this.wanted.delete(id));
        if (this.wanted.size) {
            this.timer = browser.setTimeout(() => this.fetch(), GATHER);
        }
        let found;
        try {
            found = await this.orm.silent.call("farm.farm", "get_live_trends", [
                asked.map(([id]) => id),
            ]);
        } catch {
            return; // a tile without its line still tells all that matters
        }
        const fetchedAt = this.now();
        for (const [, { device_id, callback }] of asked) {
            const points = found[device_id] || [];
            const since = points.at(-1)?.[0] ?? 0;
            const newer = this.get(device_id).filter(([at]) => at > since);
            this.trends.set(device_id, { points: [...points, ...newer], fetchedAt });
            callback();
        }
    }

    /** @returns {boolean} whether the line is another now */
    add(deviceId, at, value) {
        const points = this.trends.get(deviceId)?.points;
        if (!points || typeof value !== "number" || !(at - (points.at(-1)?.[0] ?? 0) >= STEP)) {
            return false;
        }
        points.push([at, value]);
        while (points[0][0] < at - SPAN) {
            points.shift();
        }
        return true;
    }

    forget() {
        browser.clearTimeout(this.timer);
        this.timer = null;
        this.wanted.clear();
        this.trends.clear();
    }
}
