import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { AlertList } from "../live_board/alert_list";
import { Tile } from "../live_board/tile";
import { curve } from "../telemetry/curve";
import { formatQuantity } from "../telemetry/format";

const MINUTE = 60_000;
const GAP = { "1h": 3, "6h": 9, "24h": 45, "7d": 180, "30d": 720 }; // minutes still joined
const REFRESH = { "1h": 1, "6h": 3, "24h": 5, "7d": 15, "30d": 15 }; // minutes

function useRefresh(load, minutes) {
    onWillStart(load);
    const timer = browser.setInterval(load, minutes * MINUTE);
    onWillDestroy(() => browser.clearInterval(timer));
}

/** What was there when the board was made, and is not seen any more. */
class Gone extends Component {
    static template = "smartdairy_iot.WidgetGone";
    static props = {};
}

export class TileWidget extends Component {
    static template = "smartdairy_iot.TileWidget";
    static components = { Gone, Tile };
    static props = { widget: Object };

    setup() {
        this.telemetry = useService("smartdairy_iot.telemetry");
        this.live = useState(this.telemetry.store.state);
    }

    get device() {
        const { device_id } = this.props.widget;
        return this.live.farms.flatMap((farm) => farm.devices).find(({ id }) => id === device_id);
    }
}

export class ChartWidget extends TileWidget {
    static template = "smartdairy_iot.ChartWidget";
    static components = { Gone };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.state = useState({ chart: null, failed: false });
        useRefresh(() => this.load(), REFRESH[this.props.widget.span]);
    }

    async load() {
        const { device_id, measure, span } = this.props.widget;
        try {
            const args = [[device_id], measure, span];
            this.state.chart = await this.orm.silent.call("iot.device", "get_board_chart", args);
            this.state.failed = false;
        } catch {
            this.state.failed = true;
        }
    }

    get curve() {
        const { points, start, end } = this.state.chart || { points: [] };
        return curve(points, start, end, GAP[this.props.widget.span] * MINUTE);
    }

    quantity(value) {
        return formatQuantity(this.props.widget.measure, value, this.state.chart.unit);
    }

    /** The picture as a sentence, for who does not see it. */
    get sentence() {
        const { low, high, last } = this.curve;
        return _t("%(device)s, %(span)s: from %(low)s to %(high)s, last %(last)s", {
            device: this.device?.name || "",
            span: this.props.widget.span,
            low: this.quantity(low),
            high: this.quantity(high),
            last: this.quantity(last),
        });
    }
}

const KPI_ICONS = {
    online: "fa-check-circle",
    offline: "fa-chain-broken",
    alarm: "fa-exclamation-triangle",
    alerts: "fa-bell",
    temperature: "fa-thermometer-half",
};

export function kpiLabel(kpi) {
    return {
        online: _t("Online"),
        offline: _t("Offline"),
        alarm: _t("In alarm"),
        alerts: _t("Active alerts"),
        temperature: _t("Average temperature"),
    }[kpi];
}

export class KpiWidget extends Component {
    static template = "smartdairy_iot.KpiWidget";
    static props = { widget: Object };

    setup() {
        this.kpi = useState(useService("smartdairy_iot.telemetry").store.state.kpi);
    }

    get icon() {
        return KPI_ICONS[this.props.widget.kpi];
    }

    get label() {
        return kpiLabel(this.props.widget.kpi);
    }

    get value() {
        const { kpi } = this.props.widget;
        return kpi === "temperature"
            ? formatQuantity("temperature", this.kpi.temperature, this.kpi.temperatureUnit)
            : this.kpi[kpi];
    }

    get level() {
        const { kpi } = this.props.widget;
        return ["alarm", "alerts"].includes(kpi) && this.kpi[kpi] ? "alarm" : "none";
    }
}

export class AlertsWidget extends Component {
    static template = "smartdairy_iot.AlertsWidget";
    static components = { AlertList };
    static props = { widget: Object };
}

export class TankWidget extends Component {
    static template = "smartdairy_iot.TankWidget";
    static components = { Gone };
    static props = { widget: Object };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ tank: null, failed: false });
        useRefresh(() => this.load(), 1);
    }

    async load() {
        const domain = [["id", "=", this.props.widget.tank_id]];
        const names = ["name", "temperature", "measured_at", "phase", "countdown", "alert_count"];
        try {
            [this.state.tank] = await this.orm.silent.searchRead("farm.tank", domain, names);
            this.state.failed = false;
        } catch {
            this.state.failed = true;
        }
    }

    get temperature() {
        const { measured_at, temperature } = this.state.tank;
        return formatQuantity("temperature", measured_at ? temperature : null, "°C");
    }

    open() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "farm.tank",
            res_id: this.props.widget.tank_id,
            views: [[false, "form"]],
        });
    }
}

export const WIDGETS = {
    tile: TileWidget,
    chart: ChartWidget,
    kpi: KpiWidget,
    alerts: AlertsWidget,
    tank: TankWidget,
};
