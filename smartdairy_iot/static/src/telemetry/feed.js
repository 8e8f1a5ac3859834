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
        this.flush();
    }

    /** The messages of ten farms come in one task of the page, and share its stretch. */
    flush() {
        const now = browser.performance.now();
        if (!this.rest) {
            this.until = now + STRETCH;
            this.rest = browser.setTimeout(() => this.goOn());
        } else if (now >= this.until) {
            return;
        }
        const found = this.store.flush(() => browser.performance.now() < this.until);
        const unknown = found.filter((id) => !this.unknown.has(id));
        if (unknown.length) {
            // Ask once, not each second.
            unknown.forEach((id) => this.unknown.add(id));
            this.onUnknown();
        }
    }

    goOn() {
        this.rest = null;
        if (this.store.pending.size) {
            this.flush();
        }
    }

    stop() {
        browser.clearTimeout(this.rest);
        this.rest = null;
    }
}
