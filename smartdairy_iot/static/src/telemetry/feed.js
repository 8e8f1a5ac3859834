import { toRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { mainMeasure } from "./format";
import { STRETCH } from "./stretches";

/** From the bus into the store, never so many readings at once as to block the page. */
export class Feed {
    /** @param {() => void} onUnknown a device was just registered, or told its first reading */
    constructor({ store, trends, onUnknown }) {
        Object.assign(this, { store, trends, onUnknown });
        this.unknown = new Set();
        this.rest = null;
    }

    add(readings) {
        for (const { device_id, time, values } of readings) {
            const device = toRaw(this.store.devices.get(device_id));
            if (device && time) {
                this.trends.add(device_id, time, values[mainMeasure(device)]);
            }
        }
        this.store.queueReadings(readings);
        if (!this.rest) {
            this.flush();
        }
    }

    /** The messages of ten farms come in one task of the page: one stretch for all of them. */
    flush() {
        this.rest = browser.setTimeout(() => {
            this.rest = null;
            if (this.store.pending.size) {
                this.flush();
            }
        });
        const until = browser.performance.now() + STRETCH;
        const found = this.store.flush(() => browser.performance.now() < until);
        const unknown = found.filter((id) => !this.unknown.has(id));
        if (unknown.length) {
            // Ask once, not each second.
            unknown.forEach((id) => this.unknown.add(id));
            this.onUnknown();
        }
    }

    stop() {
        browser.clearTimeout(this.rest);
        this.rest = null;
    }
}
