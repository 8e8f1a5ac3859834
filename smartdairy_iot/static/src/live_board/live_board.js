import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BoardFrame } from "../board/board_frame";
import { boards } from "../board/boards";
import { EmptyState } from "../board/empty_state";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { AlertList } from "./alert_list";
import { FarmSection } from "./farm_section";
import { KpiStrip } from "./kpi_strip";

/** Every device of every farm as it is now, and what needs somebody's attention. */
export class LiveBoard extends Component {
    static template = "smartdairy_iot.LiveBoard";
    static components = { AlertList, BoardFrame, EmptyState, FarmSection, KpiStrip };
    static props = { ...standardActionServiceProps };

    setup() {
        this.telemetry = useTelemetry();
        this.state = useState(this.telemetry.store.state);
    }

    retry() {
        this.telemetry.load();
    }
}

registry.category("actions").add("smartdairy_iot.live", LiveBoard);
boards.add(
    "live",
    { label: _t("Live"), path: "iot-live", icon: "fa-dashboard" },
    { sequence: 10 }
);
