import { Component, toRaw, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { EmptyState } from "../board/empty_state";
import { groupByPlace, isFiltering, NO_FILTER } from "./device_filter";
import { Tile } from "./tile";

/** The tiles by farm and place; it renders when devices come or go, not when they change. */
export class DeviceSections extends Component {
    static template = "smartdairy_iot.DeviceSections";
    static components = { EmptyState, Tile };
    static props = { filter: Object };

    setup() {
        this.state = useState(useService("smartdairy_iot.telemetry").store.state);
        this.filter = useState(this.props.filter);
    }

    get sections() {
        if (this.filter.status.length) {
            this.state.statusChanges; // observed
        }
        return groupByPlace(this.state.farms, this.filter, toRaw);
    }

    get isFiltering() {
        return isFiltering(this.filter);
    }

    clear() {
        Object.assign(this.filter, NO_FILTER);
    }
}
