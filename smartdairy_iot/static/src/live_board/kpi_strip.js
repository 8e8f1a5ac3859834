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

export const KPI_ICONS = {
    online: "fa-check-circle",
    offline: "fa-chain-broken",
    alarm: "fa-exclamation-triangle",
    alerts: "fa-bell",
    temperature: "fa-thermometer-half",
    milk: "fa-tint",
};

export function kpiLabel(kpi) {
    return {
        online: _t("Online"),
        offline: _t("Offline"),
        alarm: _t("In alarm"),
        alerts: _t("Active alerts"),
        temperature: _t("Cold chain, average"),
        milk: _t("Milk today"),
    }[kpi];
}

/** A figure of the store, as text. */
export function kpiValue(kpi, { kpi: figures, milk }) {
    if (kpi === "temperature") {
        return formatQuantity("temperature", figures.temperature, figures.temperatureUnit);
    }
    if (kpi === "milk") {
        const liters = Object.values(milk).reduce((sum, value) => sum + value, 0);
        return formatQuantity("", Math.round(liters * 10) / 10, _t("L"));
    }
    return String(figures[kpi]);
}

/** What its colour says. */
export function kpiLevel(kpi, { kpi: figures }) {
    switch (kpi) {
        case "online":
            return "ok";
        case "offline":
            return figures.offline ? "offline" : "none";
        case "alarm":
        case "alerts":
            return figures[kpi] ? "alarm" : "none";
    }
    return "none";
}

/** The whole herd of devices in six figures, each the way to what it counts. */
export class KpiStrip extends Component {
    static template = "smartdairy_iot.KpiStrip";
    static props = { onStatus: { type: Function, optional: true } };

    setup() {
        this.state = useState(useService("smartdairy_iot.telemetry").store.state);
        this.action = useService("action");
    }

    get figures() {
        return Object.entries(KPI_ICONS).map(([name, icon]) => ({
            name,
            icon,
            label: kpiLabel(name),
            level: kpiLevel(name, this.state),
            value: kpiValue(name, this.state),
            parts: name === "alerts" ? this.severities : [],
        }));
    }

    get severities() {
        const { kpi } = this.state;
        return SEVERITIES.filter((severity) => kpi[severity]).map((severity) => ({
            severity,
            label: `${kpi[severity]} ${severityLabel(severity)}`,
        }));
    }

    open(name) {
        if (name === "alarm") {
            return this.props.onStatus("alarm");
        }
        if (name === "temperature" && boards.contains("cold_chain")) {
            return openBoard(this.env, "iot-cold-chain", {}, "iot-live");
        }
        const [action, additionalContext] = LISTS[name];
        return this.action.doAction(`smartdairy_iot.${action}`, { additionalContext });
    }
}
