import { Component, onWillStart, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useDebounced } from "@web/core/utils/timing";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BoardFrame } from "../board/board_frame";
import { boards } from "../board/boards";
import { useLiveBoard } from "../board/live_board_hook";
import { useUrlState } from "../board/url_state";
import { ExportMenu } from "../export/export_menu";
import { SEVERITIES, severityLabel } from "../telemetry/format";
import { AlertColumn } from "./alert_column";
import { AlertStatistics } from "./alert_statistics";
import { AlertTimeline } from "./alert_timeline";
import {
    columnsOf,
    EXPORTED,
    filterAlerts,
    METHODS,
    TIMELINE,
    timelineRows,
    toRows,
} from "./columns";

const VIEWS = ["board", "timeline", "statistics"];
/** Many alerts may end at once: what is not on the bus is asked for once. */
const CALM = 1500;

/** Every alert that is open, and what became of the others; what to do about it is here. */
export class AlertBoard extends Component {
    static template = "smartdairy_iot.AlertBoard";
    static components = { AlertColumn, AlertStatistics, AlertTimeline, BoardFrame, ExportMenu };
    static props = { ...standardActionServiceProps };

    setup() {
        Object.assign(this, useLiveBoard());
        this.state = useState({ history: null, failed: false, busy: 0, said: "" });
        this.url = useUrlState({ view: "board", severity: "", farm: 0 });
        this.severities = SEVERITIES.map((id) => ({ id, label: severityLabel(id) }));
        onWillStart(async () => {
            this.mayAct = await user.checkAccessRight("iot.alert", "write");
            await this.load();
        });
        const reload = useDebounced(() => this.load(), CALM);
        // The bus tells of every change; the first list is no change.
        useEffect(
            (alerts) => {
                if (this.known && this.known !== alerts) {
                    reload();
                }
                this.known = alerts;
            },
            () => [this.live.alerts]
        );
    }

    async load() {
        try {
            this.state.history = await this.orm.silent.call("iot.alert", "get_alert_board", []);
            this.state.failed = false;
        } catch (error) {
            this.state.failed = true;
            this.report(error);
        }
    }

    retry() {
        this.telemetry.load();
        return this.load();
    }

    get phase() {
        if (!this.state.history) {
            return this.state.failed ? "failed" : "loading";
        }
        return this.live.phase;
    }

    get views() {
        const labels = {
            board: _t("Board"),
            timeline: _t("Timeline"),
            statistics: _t("Statistics"),
        };
        return VIEWS.map((id) => ({ id, label: labels[id] }));
    }

    get columns() {
        const { severity, farm } = this.url;
        const ended = this.state.history.ended;
        return columnsOf(
            filterAlerts(this.live.alerts, { severity, farm }),
            filterAlerts(ended, { severity, farm })
        );
    }

    /** The server sends the worst of what is open. */
    get isCut() {
        return this.live.kpi.alerts > this.live.alerts.length;
    }

    get cutLabel() {
        return _t("%(count)s alerts are open; the worst %(shown)s are shown.", {
            count: this.live.kpi.alerts,
            shown: this.live.alerts.length,
        });
    }

    showAll() {
        return this.action.doAction("smartdairy_iot.iot_alert_action", {
            additionalContext: { search_default_open: 1 },
        });
    }

    get spans() {
        const { severity, farm } = this.url;
        return filterAlerts(this.state.history.timeline, { severity, farm });
    }

    get exportedColumns() {
        return (this.url.view === "timeline" ? TIMELINE : EXPORTED).map(String);
    }

    get exported() {
        return this.url.view === "timeline" ? timelineRows(this.spans) : toRows(this.columns);
    }

    /** @param {"acknowledge" | "resolve" | "dismiss" | "assign"} what */
    async act(what, alert) {
        this.state.busy = alert.id;
        const reload = () => this.load();
        try {
            const answer = await this.orm.call("iot.alert", METHODS[what], [[alert.id]]);
            if (answer?.type === "ir.actions.act_window") {
                await this.action.doAction(answer, { onClose: reload });
            } else {
                if (answer?.type === "ir.actions.client") {
                    await this.action.doAction(answer); // somebody was faster
                } else if (what === "acknowledge") {
                    this.telemetry.markAcknowledged(alert.id);
                }
                await reload();
            }
            this.state.said = alert.message;
        } catch (error) {
            this.report(error);
        }
        this.state.busy = 0;
    }
}

registry.category("actions").add("smartdairy_iot.alert_board", AlertBoard);
boards.add(
    "alerts",
    { label: _t("Alerts"), path: "iot-alert-board", icon: "fa-bell" },
    { sequence: 50 }
);
