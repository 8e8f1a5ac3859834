import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";
import { AlertList } from "../live_board/alert_list";
import { KPI_ICONS, kpiLabel, kpiLevel, kpiValue } from "../live_board/kpi_strip";
import { Tile } from "../live_board/tile";
import { toBands } from "../device_board/limit_bands";
import { formatQuantity } from "../telemetry/format";
import { TimeChart } from "../time_chart/time_chart";
import { DAY, HOUR, MINUTE } from "../time_chart/window";

const LENGTH = { "1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY };
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
    static components = { Gone, TimeChart };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.state = useState({ chart: null, start: 0, end: 0, failed: false });
        useRefresh(() => this.load(), REFRESH[this.props.widget.span]);
    }

    async load() {
        const { device_id, measure, span } = this.props.widget;
        const end = this.telemetry.now();
        const start = end - LENGTH[span];
        try {
            const args = [[device_id], [measure], Math.round(start), Math.round(end)];
            const chart = await this.orm.silent.call("iot.device", "get_series", args);
            Object.assign(this.state, { chart, start, end, failed: false });
        } catch {
            this.state.failed = true;
        }
    }

    get series() {
        return this.state.chart.series.map(({ label, unit, gap, points }) => ({
            ...{ label, unit, gap, points },
        }));
    }

    get bands() {
        return toBands(this.state.chart.series);
    }

    get label() {
        return this.device?.name || "";
    }

    get heading() {
        return [this.state.chart?.series[0].label, this.props.widget.span]
            .filter(Boolean)
            .join(" · ");
    }
}

export class KpiWidget extends Component {
    static template = "smartdairy_iot.KpiWidget";
    static props = { widget: Object };

    setup() {
        this.live = useState(useService("smartdairy_iot.telemetry").store.state);
    }

    get icon() {
        return KPI_ICONS[this.props.widget.kpi];
    }

    get label() {
        return kpiLabel(this.props.widget.kpi);
    }

    get value() {
        return kpiValue(this.props.widget.kpi, this.live);
    }

    get level() {
        return kpiLevel(this.props.widget.kpi, this.live);
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
