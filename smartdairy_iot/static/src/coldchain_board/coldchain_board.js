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
import { toMillis } from "../telemetry/format";
import { useNow, useTelemetry } from "../telemetry/telemetry_hooks";
import { describeTime } from "../time_chart/words";
import { MINUTE } from "../time_chart/window";
import { TankCard, TankFacts } from "./tank_card";
import { TankCurve } from "./tank_curve";
import { tankIcon, tankLevel } from "./tank_words";

/** Every tank's milk: whether it is cold in time, and what needs a person first. */
export class ColdChainBoard extends Component {
    static template = "smartdairy_iot.ColdChainBoard";
    static components = { BoardFrame, EmptyState, TankCard, TankCurve, TankFacts };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.telemetry = useTelemetry();
        this.keepLast = new KeepLast();
        this.url = useUrlState({ tank: 0, batch: 0 });
        this.clock = useNow();
        this.state = useState({ phase: "loading", tanks: [], curve: null, revision: 0 });
        onWillStart(() => this.load());
        onWillDestroy(this.telemetry.onTick((now) => this.onTick(now)));
    }

    async load() {
        try {
            const { tanks } = await this.keepLast.add(
                this.orm.silent.call("farm.farm", "get_cold_chain_board", [])
            );
            this.loadedAt = this.telemetry.now();
            Object.assign(this.state, { tanks, phase: "ready" });
            this.state.revision++;
        } catch {
            if (!this.state.tanks.length) {
                this.state.phase = "failed";
            }
        }
    }

    /** A minute that was measured since is judged by the server. */
    onTick(now) {
        const { devices } = this.telemetry.store;
        const times = this.state.tanks.map(({ probe }) => toMillis(devices.get(probe)?.time) || 0);
        if (Math.max(0, ...times) > this.loadedAt && now - this.loadedAt > MINUTE) {
            this.loadedAt = now;
            this.load();
        }
    }

    // A tank -------------------------------------------------------------------------

    get selected() {
        return this.state.tanks.find(({ id }) => id === this.url.tank);
    }

    get level() {
        return tankLevel(this.selected, this.clock.now);
    }

    get icon() {
        return tankIcon(this.level);
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
