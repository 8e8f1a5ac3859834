import { Component, onWillDestroy, onWillStart, toRaw, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BoardFrame } from "../board/board_frame";
import { boards } from "../board/boards";
import { EmptyState } from "../board/empty_state";
import { useUrlState } from "../board/url_state";
import { Timeline } from "../device_health/timeline";
import { describePercent } from "../device_health/words";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { describeTime, describeValue } from "../time_chart/words";
import { DeviceCurves } from "./device_curves";
import { addMessage, isOnlineNow } from "./live_panels";

const HISTORIES = [
    { id: "day", label: _t("24 hours") },
    { id: "week", label: _t("7 days") },
    { id: "month", label: _t("30 days") },
];

/** One device: its curves, when it was there, what it said, and how it is set up. */
export class DeviceBoard extends Component {
    static template = "smartdairy_iot.DeviceBoard";
    static components = { BoardFrame, DeviceCurves, EmptyState, RecordSelector, Timeline };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.telemetry = useTelemetry();
        this.histories = HISTORIES;
        this.keepLast = new KeepLast();
        this.url = useUrlState({ device: 0, span: 1440, end: 0, measures: [], history: "week" });
        this.state = useState({ phase: "loading", board: null, isMissing: false });
        onWillStart(() => this.load());
        useEffect(
            () => {
                if (this.loaded !== this.wanted) {
                    this.load();
                }
            },
            () => [this.url.device, this.url.history]
        );
        onWillDestroy(this.telemetry.onTick(() => this.onTick()));
    }

    /** What the bus told since: the newest message; and whether it came or went. */
    onTick() {
        const { board } = this.state;
        const entry = board && this.telemetry.store.devices.get(board.device.device_id);
        if (!entry) {
            return;
        }
        const messages = addMessage(board.messages, toRaw(entry), board.device.reading_types);
        if (messages) {
            board.messages = messages;
        }
        const isOnline = isOnlineNow(toRaw(entry));
        if (isOnline !== null && this.wasOnline !== undefined && isOnline !== this.wasOnline) {
            this.load(); // the server knows since when
        }
        this.wasOnline = isOnline ?? this.wasOnline;
    }

    get wanted() {
        return `${this.url.device} ${this.url.history}`;
    }

    async load() {
        if (this.loaded !== this.wanted) {
            this.wasOnline = undefined;
        }
        this.loaded = this.wanted;
        try {
            const id =
                this.url.device ||
                (await this.orm.silent.call("iot.device", "get_first_device", []));
            if (!id) {
                Object.assign(this.state, { phase: "ready", board: null });
                return;
            }
            const board = await this.keepLast.add(
                this.orm.silent.call("iot.device", "get_device_board", [[id]], {
                    span: this.url.history,
                })
            );
            Object.assign(this.state, { phase: "ready", board, isMissing: false });
        } catch (error) {
            // Of another farm, or deleted: another one may be chosen.
            const isMissing = /AccessError|MissingError/.test(error.exceptionName || "");
            const phase = isMissing ? "ready" : "failed";
            Object.assign(this.state, { phase, board: null, isMissing });
        }
    }

    select(id) {
        if (id) {
            Object.assign(this.url, { device: id, end: 0, measures: [] });
        }
    }

    onCurves(changes) {
        Object.assign(this.url, changes);
    }

    historyLabel({ id, label }) {
        return `${label}: ${describePercent(this.state.board.health.uptime[id])}`;
    }

    openForm() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "iot.device",
            res_id: this.state.board.device.id,
            views: [[false, "form"]],
        });
    }

    time(ms) {
        return ms ? describeTime(ms, this.state.board.device.tz) : "";
    }

    get resId() {
        return this.state.board?.device.id || false;
    }

    get placeholder() {
        return _t("Search by name or ID");
    }

    values({ values }) {
        return values
            .map(([name, value, unit]) => `${name} ${describeValue(value, unit)}`)
            .join(", ");
    }
}

registry.category("actions").add("smartdairy_iot.device_board", DeviceBoard);
boards.add(
    "device",
    { label: _t("Device"), path: "iot-device", icon: "fa-line-chart" },
    { sequence: 20 }
);
