import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { boards, openBoard } from "../board/boards";
import { formatQuantity, SEVERITIES, severityLabel } from "../telemetry/format";

/** What each figure counts, as a list. */
const LISTS = {
    online: ["iot_device_action", { search_default_active: 1, search_default_online: 1 }],
    offline: ["iot_device_action", { search_default_offline: 1 }],
    alerts: ["iot_alert_action", { search_default_open: 1 }],
    temperature: ["farm_tank_action", {}],
    milk: ["iot_milking_session_action", { search_default_today: 1 }],
};

/** The whole herd of devices in six figures, each the way to what it counts. */
export class KpiStrip extends Component {
    static template = "smartdairy_iot.KpiStrip";
    static props = { onStatus: Function };

    setup() {
        const { state } = useService("smartdairy_iot.telemetry").store;
        this.kpi = useState(state.kpi);
        this.state = useState(state);
        this.action = useService("action");
    }

    get temperature() {
        return formatQuantity("temperature", this.kpi.temperature, this.kpi.temperatureUnit);
    }

    get milk() {
        const liters = Object.values(this.state.milk).reduce((sum, value) => sum + value, 0);
        return formatQuantity("", Math.round(liters * 10) / 10, _t("L"));
    }

    get severities() {
        return SEVERITIES.filter((severity) => this.kpi[severity]).map((severity) => ({
            severity,
            label: `${this.kpi[severity]} ${severityLabel(severity)}`,
        }));
    }

    open(name) {
        if (name === "alarm") {
            return this.props.onStatus("alarm");
        }
        if (name === "temperature" && boards.contains("cold-chain")) {
            return openBoard(this.env, "iot-cold-chain", {}, "iot-live");
        }
        const [action, additionalContext] = LISTS[name];
        return this.action.doAction(`smartdairy_iot.${action}`, { additionalContext });
    }
}
