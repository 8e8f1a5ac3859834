import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { formatQuantity, SEVERITIES, severityLabel } from "../telemetry/format";

/** The whole herd of devices in five figures. */
export class KpiStrip extends Component {
    static template = "smartdairy_iot.KpiStrip";
    static props = {};

    setup() {
        this.kpi = useState(useService("smartdairy_iot.telemetry").store.state.kpi);
    }

    get temperature() {
        return formatQuantity("temperature", this.kpi.temperature, this.kpi.temperatureUnit);
    }

    get severities() {
        return SEVERITIES.filter((severity) => this.kpi[severity]).map((severity) => ({
            severity,
            label: `${this.kpi[severity]} ${severityLabel(severity)}`,
        }));
    }
}
