import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BoardFrame } from "../board/board_frame";
import { boards } from "../board/boards";
import { EmptyState } from "../board/empty_state";
import { useUrlState } from "../board/url_state";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { AlertList } from "./alert_list";
import { NO_FILTER } from "./device_filter";
import { DeviceSections } from "./device_sections";
import { KpiStrip } from "./kpi_strip";
import { LiveFilters } from "./live_filters";

/** Every device of every farm as it is now, and what needs somebody's attention. */
export class LiveBoard extends Component {
    static template = "smartdairy_iot.LiveBoard";
    static components = {
        AlertList,
        BoardFrame,
        DeviceSections,
        EmptyState,
        KpiStrip,
        LiveFilters,
    };
    static props = { ...standardActionServiceProps };

    setup() {
        this.telemetry = useTelemetry();
        this.state = useState(this.telemetry.store.state);
        this.filter = useUrlState(NO_FILTER);
    }

    showStatus(status) {
        Object.assign(this.filter, NO_FILTER, { status: [status] });
    }

    retry() {
        this.telemetry.load();
    }
}

registry.category("actions").add("smartdairy_iot.live", LiveBoard);
boards.add("live", { label: _t("Live"), path: "iot-live", icon: "fa-dashboard" }, { sequence: 10 });
