import { Component, onWillDestroy, onWillStart, toRaw, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BarChart } from "../bar_chart/bar_chart";
import { BoardFrame } from "../board/board_frame";
import { boards } from "../board/boards";
import { useLiveBoard } from "../board/live_board_hook";
import { useUrlState } from "../board/url_state";
import { ExportMenu } from "../export/export_menu";
import { toMillis } from "../telemetry/format";
import { AnimalHistory } from "./animal_history";
import { MeterCard } from "./meter_card";
import { byDay, byHour, liters, percent } from "./production";

const VIEWS = ["now", "production", "animals"];
const DAYS = [7, 14, 30, 90];
/** A milking is made of messages a few seconds after they came. */
const SETTLED = 6_000;
/** While a parlour milks there is something new each second. */
const LEAST = 15_000;

/** One farm's milk: who is milked now, how much it was, and which animal needs a look. */
export class MilkingBoard extends Component {
    static template = "smartdairy_iot.MilkingBoard";
    static components = { AnimalHistory, BarChart, BoardFrame, ExportMenu, MeterCard };
    static props = { ...standardActionServiceProps };

    setup() {
        Object.assign(this, useLiveBoard());
        this.state = useState({ board: null, failed: false });
        this.url = useUrlState({ view: "now", farm: 0, days: 14, animal: 0 });
        this.days = DAYS;
        this.liters = liters;
        this.percent = percent;
        this.loadedAt = 0;
        onWillStart(() => this.load());
        onWillDestroy(this.telemetry.onTick(() => this.onTick()));
    }

    async load() {
        const { farm, days } = this.url;
        this.loadedAt = Date.now();
        this.heard = this.newest();
        try {
            this.state.board = await this.orm.silent.call(
                "iot.milking.session",
                "get_milking_board",
                [],
                { farm_id: farm || false, days }
            );
            this.state.failed = false;
        } catch (error) {
            this.state.failed = true;
            if (!this.state.board) {
                this.report(error);
            }
        }
    }

    /** When a meter of this farm was heard last, in milliseconds. */
    newest() {
        const meters = this.state.board?.meters || [];
        const times = meters.map(({ device_id }) => {
            const device = toRaw(this.telemetry.store.devices.get(device_id));
            return toMillis(device?.time) || 0;
        });
        return Math.max(0, ...times);
    }

    /** What the bus brought asks for the milkings made of it; silence asks for nothing. */
    onTick() {
        const heard = this.newest();
        if (heard > (this.seen || 0)) {
            this.seen = heard;
            this.seenAt = Date.now();
        }
        const isNew = this.seen > this.heard || this.seenAt + SETTLED > this.loadedAt;
        const isDue = Date.now() > Math.max(this.loadedAt + LEAST, (this.seenAt || 0) + SETTLED);
        const isLong = Date.now() > this.loadedAt + 2 * LEAST;
        if (this.seen && isNew && (isDue || isLong)) {
            this.load();
        }
    }

    set(changes) {
        Object.assign(this.url, changes);
        return this.load();
    }

    get phase() {
        if (!this.state.board) {
            return this.state.failed ? "failed" : "loading";
        }
        return "ready";
    }

    get farm() {
        return this.state.board.farms.find(({ id }) => id === this.state.board.farm);
    }

    get views() {
        const labels = {
            now: _t("Now"),
            production: _t("Production"),
            animals: _t("Animals"),
        };
        return VIEWS.map((id) => ({ id, label: labels[id] }));
    }

    get hours() {
        return byHour(this.state.board.by_hour);
    }

    get production() {
        return byDay(this.state.board.by_day);
    }

    get productionColumns() {
        return [_t("Day"), ...this.production.series.map(({ label }) => label)].map(String);
    }

    get productionRows() {
        const { labels, series } = this.production;
        return labels.map((label, index) => [label, ...series.map(({ values }) => values[index])]);
    }

    get animalColumns() {
        return [
            _t("Animal"),
            _t("Today (L)"),
            _t("Last whole day (L)"),
            _t("Own average (L)"),
            _t("Against its average (%)"),
            _t("Last milked (UTC)"),
        ].map(String);
    }

    get animalRows() {
        return this.state.board.animals.map((animal) => [
            animal.name,
            animal.today,
            animal.yesterday,
            animal.average,
            animal.change,
            animal.last_milked ? animal.last_milked.slice(0, 19) : null,
        ]);
    }

    openList(xmlId) {
        return this.action.doAction(`smartdairy_iot.${xmlId}`);
    }
}

registry.category("actions").add("smartdairy_iot.milking_board", MilkingBoard);
boards.add(
    "milking",
    { label: _t("Milking"), path: "iot-milking", icon: "fa-tint" },
    { sequence: 40 }
);
