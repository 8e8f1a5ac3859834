import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { kpiLabel } from "../live_board/kpi_strip";
import { KPIS, SPANS } from "./layout";

/** What to put onto the board, chosen from lists. */
export class WidgetAdder extends Component {
    static template = "smartdairy_iot.WidgetAdder";
    static props = { onAdd: Function };

    setup() {
        this.orm = useService("orm");
        this.live = useState(useService("smartdairy_iot.telemetry").store.state);
        this.state = useState({
            type: "tile",
            deviceId: 0,
            tankId: 0,
            measure: "",
            span: "24h",
            kpi: "online",
        });
        this.spans = SPANS;
        onWillStart(async () => {
            this.tanks = await this.orm.searchRead("farm.tank", [], ["display_name"]);
            this.state.tankId = this.tanks[0]?.id || 0;
        });
    }

    get types() {
        return [
            { value: "tile", label: _t("Device") },
            { value: "chart", label: _t("Chart of a device") },
            { value: "kpi", label: _t("Key figure") },
            { value: "alerts", label: _t("Active alerts") },
            { value: "tank", label: _t("Tank") },
        ];
    }

    get devices() {
        return this.live.farms.flatMap((farm) =>
            farm.devices.map(({ id, name, units }) => ({
                id,
                units,
                label: `${name} · ${farm.name}`,
            }))
        );
    }

    get device() {
        return this.devices.find(({ id }) => id === Number(this.state.deviceId)) || this.devices[0];
    }

    get measures() {
        return Object.keys(this.device?.units || {});
    }

    get measure() {
        const { measures } = this;
        return measures.includes(this.state.measure) ? this.state.measure : measures[0];
    }

    get kpis() {
        return KPIS.map((value) => ({ value, label: kpiLabel(value) }));
    }

    get options() {
        const { type, span, kpi, tankId } = this.state;
        switch (type) {
            case "tile":
                return this.device && { device_id: this.device.id };
            case "chart":
                return (
                    this.device &&
                    this.measure && { device_id: this.device.id, measure: this.measure, span }
                );
            case "kpi":
                return { kpi };
            case "tank":
                return tankId && { tank_id: Number(tankId) };
        }
        return {};
    }

    add() {
        this.props.onAdd(this.state.type, this.options);
    }
}
