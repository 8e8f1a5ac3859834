import { Component, onWillDestroy, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { severityLabel } from "../telemetry/format";
import { useNow } from "../telemetry/telemetry_hooks";
import { describeTime, describeValue } from "../time_chart/words";
import { TankCurve } from "./tank_curve";
import { describeDue, liveTemperature, PHASES, tankIcon, tankLevel } from "./tank_words";

/** How a tank's milk is, in words; its temperature follows the bus. */
export class TankFacts extends Component {
    static template = "smartdairy_iot.TankFacts";
    static props = { tank: Object };

    setup() {
        this.telemetry = useService("smartdairy_iot.telemetry");
        this.clock = useNow();
        this.state = useState({ celsius: this.heard });
        onWillDestroy(this.telemetry.onTick(() => (this.state.celsius = this.heard)));
    }

    /** Of its probe, by the bus; null if that says nothing. */
    get heard() {
        return liveTemperature(this.telemetry.store.devices.get(this.props.tank.probe));
    }

    get temperature() {
        const celsius = this.state.celsius ?? this.props.tank.temperature;
        return describeValue(celsius === null ? null : Math.round(celsius * 10) / 10, "°C");
    }

    get level() {
        return tankLevel(this.props.tank, this.clock.now);
    }

    get phase() {
        const { phase } = this.props.tank;
        return PHASES[phase] || { label: _t("Unknown"), icon: "fa-question-circle-o" };
    }

    get due() {
        return describeDue(this.props.tank, this.clock.now);
    }

    get alertText() {
        const { severity, message } = this.props.tank.alert;
        return `${severityLabel(severity)}: ${message}`;
    }

    get facts() {
        const { tank } = this.props;
        const facts = [];
        if (tank.volume !== null) {
            const volume = describeValue(Math.round(tank.volume), "L");
            const capacity = describeValue(tank.capacity, "L");
            facts.push([
                _t("Volume"),
                tank.capacity ? _t("%(volume)s of %(capacity)s", { volume, capacity }) : volume,
            ]);
        }
        if (typeof tank.agitator === "number") {
            facts.push([_t("Agitator"), tank.agitator > 0 ? _t("runs") : _t("stands still")]);
        }
        if (tank.expected_at && tank.due_at) {
            facts.push([_t("Expected"), describeTime(tank.expected_at, tank.tz)]);
        }
        if (tank.batch) {
            const minutes = describeValue(tank.batch.outside_minutes, _t("min"));
            facts.push([_t("Out of range"), minutes]);
        }
        if (tank.washed_at) {
            facts.push([_t("Last wash"), describeTime(tank.washed_at, tank.tz)]);
        }
        if (tank.standard) {
            facts.push([_t("Judged by"), tank.standard]);
        }
        return facts;
    }
}

/** One of several tanks: its facts and its curve. */
export class TankCard extends Component {
    static template = "smartdairy_iot.TankCard";
    static components = { TankCurve, TankFacts };
    static props = {
        tank: Object,
        revision: Number,
        onOpen: { type: Function, optional: true }, // with its id
    };

    setup() {
        this.clock = useNow();
    }

    get level() {
        return tankLevel(this.props.tank, this.clock.now);
    }

    get icon() {
        return tankIcon(this.level);
    }
}
