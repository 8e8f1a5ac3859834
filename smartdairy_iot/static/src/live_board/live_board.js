import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { AlertList } from "./alert_list";
import { ConnectionBadge } from "./connection_badge";
import { EmptyState } from "./empty_state";
import { FarmSection } from "./farm_section";
import { KpiStrip } from "./kpi_strip";

/** Every device of every farm as it is now, and what needs somebody's attention. */
export class LiveBoard extends Component {
    static template = "smartdairy_iot.LiveBoard";
    static components = { AlertList, ConnectionBadge, EmptyState, FarmSection, KpiStrip, Layout };
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
