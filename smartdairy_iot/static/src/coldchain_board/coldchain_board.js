import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BoardFrame } from "../board/board_frame";
import { boards } from "../board/boards";
import { EmptyState } from "../board/empty_state";
import { useUrlState } from "../board/url_state";
import { severityLabel, toMillis } from "../telemetry/format";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { describeTime, describeValue } from "../time_chart/words";
import { MINUTE } from "../time_chart/window";
import { TankCurve } from "./tank_curve";
import { describeDue, liveTemperature, PHASES, tankLevel } from "./tank_words";

const ICONS = {
    danger: "fa-exclamation-circle",
    warning: "fa-exclamation-triangle",
    ok: "fa-check-circle",
    old: "fa-clock-o",
    none: "fa-question-circle-o",
};

/** Every tank's milk: whether it is cold in time, and what needs a person first. */
export class ColdChainBoard extends Component {
    static template = "smartdairy_iot.ColdChainBoard";
    static components = { BoardFrame, EmptyState, TankCurve };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.telemetry = useTelemetry();
        this.keepLast = new KeepLast();
        this.url = useUrlState({ tank: 0, batch: 0 });
        this.state = useState({
            ...{ phase: "loading", tanks: [], now: 0, curve: null, temperatures: {} },
            revision: 0,
        });
        onWillStart(() => this.load());
        onWillDestroy(this.telemetry.onTick((now) => this.onTick(now)));
    }

    async load() {
        try {
            const { tanks, now } = await this.keepLast.add(
                this.orm.silent.call("farm.farm", "get_cold_chain_board", [])
            );
            this.loadedAt = this.telemetry.now();
            Object.assign(this.state, { tanks, now, phase: "ready" });
            this.state.revision++;
        } catch {
            if (!this.state.tanks.length) {
                this.state.phase = "failed";
            }
        }
    }

    /** The clock goes on by itself; a minute that was measured since is judged by the server. */
    onTick(now) {
        if (this.state.phase !== "ready") {
            return;
        }
        if (now - this.state.now >= MINUTE / 6) {
            this.state.now = now;
        }
        let newest = 0;
        for (const { id, probe } of this.state.tanks) {
            const device = this.telemetry.store.devices.get(probe);
            const value = liveTemperature(device);
            if (value !== null && this.state.temperatures[id] !== value) {
                this.state.temperatures[id] = value;
            }
            newest = Math.max(newest, toMillis(device?.time) || 0);
        }
        if (newest > this.loadedAt && now - this.loadedAt > MINUTE) {
            this.loadedAt = now;
            this.load();
        }
    }

    // A tank -------------------------------------------------------------------------

    get selected() {
        return this.state.tanks.find(({ id }) => id === this.url.tank);
    }

    level(tank) {
        return tankLevel(tank, this.state.now);
    }

    icon(tank) {
        return ICONS[this.level(tank)];
    }

    phase(tank) {
        return PHASES[tank.phase] || { label: _t("Unknown"), icon: "fa-question-circle-o" };
    }

    due(tank) {
        return describeDue(tank, this.state.now);
    }

    temperature(tank) {
        const live = this.state.temperatures[tank.id] ?? tank.temperature;
        return describeValue(live === null ? null : Math.round(live * 10) / 10, "°C");
    }

    facts(tank) {
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

    alertText({ alert }) {
        return `${severityLabel(alert.severity)}: ${alert.message}`;
    }

    time(ms) {
        return ms ? describeTime(ms, this.selected.tz) : "";
    }

    open(id) {
        Object.assign(this.url, { tank: id, batch: 0 });
        this.state.curve = null;
    }

    showBatch(id) {
        this.url.batch = id;
    }

    onCurve(curve) {
        this.state.curve = curve;
    }

    openAlert({ alert }) {
        this.openRecord("iot.alert", alert.id);
    }

    openRecord(model, id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("smartdairy_iot.coldchain_board", ColdChainBoard);
boards.add(
    "cold_chain",
    { label: _t("Cold Chain"), path: "iot-cold-chain", icon: "fa-snowflake-o" },
    { sequence: 30 }
);
