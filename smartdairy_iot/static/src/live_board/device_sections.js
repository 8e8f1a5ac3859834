import { Component, toRaw, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";
import { EmptyState } from "../board/empty_state";
import { firstTiles, groupByPlace, isFiltering, NO_FILTER } from "./device_filter";
import { Tile } from "./tile";

/** What fills a screen is there at once; the rest follows, never so many as to block the page. */
const AT_ONCE = 80;

/** The tiles by farm and place; it renders when devices come or go, not when they change. */
export class DeviceSections extends Component {
    static template = "smartdairy_iot.DeviceSections";
    static components = { EmptyState, Tile };
    static props = { filter: Object };

    setup() {
        this.state = useState(useService("smartdairy_iot.telemetry").store.state);
        this.filter = useState(this.props.filter);
        this.drawn = useState({ count: AT_ONCE });
        useEffect(
            (count) => {
                if (count < this.total) {
                    const frame = browser.requestAnimationFrame(() => {
                        this.drawn.count += AT_ONCE;
                    });
                    return () => browser.cancelAnimationFrame(frame);
                }
            },
            () => [this.drawn.count, this.total]
        );
    }

    get sections() {
        if (this.filter.status.length) {
            this.state.statusChanges; // observed
        }
        const sections = groupByPlace(this.state.farms, this.filter, toRaw);
        this.total = sections.reduce((sum, { count }) => sum + count, 0);
        return firstTiles(sections, this.drawn.count);
    }

    get isFiltering() {
        return isFiltering(this.filter);
    }

    clear() {
        Object.assign(this.filter, NO_FILTER);
    }
}
