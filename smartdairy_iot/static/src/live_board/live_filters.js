import { Component, toRaw, useState } from "@odoo/owl";
import { CheckboxItem } from "@web/core/dropdown/checkbox_item";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { deviceTypeLabel } from "../telemetry/format";
import { isFiltering, NO_FILTER } from "./device_filter";

const TYPING = 250;

/** What of all devices one wants to see; kept in the address by who owns `filter`. */
export class LiveFilters extends Component {
    static template = "smartdairy_iot.LiveFilters";
    static components = { CheckboxItem, Dropdown };
    static props = { filter: Object };

    setup() {
        this.state = useState(useService("smartdairy_iot.telemetry").store.state);
        this.filter = useState(this.props.filter);
        this.onInput = useDebounced((ev) => (this.filter.text = ev.target.value), TYPING);
    }

    /** A menu with one choice is none. */
    get menus() {
        const { farms, tags } = this.state;
        const devices = farms.flatMap((farm) => farm.devices.map(toRaw));
        const types = [...new Set(devices.map((device) => device.device_type))];
        return [
            { key: "farm", label: _t("Farm"), items: farms.map(({ id, name }) => [id, name]) },
            { key: "type", label: _t("Type"), items: types.map((t) => [t, deviceTypeLabel(t)]) },
            {
                key: "status",
                label: _t("Status"),
                items: [
                    ["alarm", _t("In alarm")],
                    ["fault", _t("Probe fault")],
                    ["offline", _t("Offline")],
                    ["stale", _t("Old data")],
                    ["nodata", _t("No data yet")],
                    ["ok", _t("OK")],
                ],
            },
            { key: "tag", label: _t("Tag"), items: tags.map(({ id, name }) => [id, name]) },
        ].filter(({ key, items }) => items.length > (key === "tag" ? 0 : 1));
    }

    get isFiltering() {
        return isFiltering(this.filter);
    }

    toggle(key, value) {
        const chosen = this.filter[key];
        this.filter[key] = chosen.includes(value)
            ? chosen.filter((other) => other !== value)
            : [...chosen, value];
    }

    clear() {
        Object.assign(this.filter, NO_FILTER);
    }
}
