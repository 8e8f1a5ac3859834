import { Component, onWillStart, useExternalListener, useRef, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSortable } from "@web/core/utils/sortable_owl";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BoardFrame } from "../board/board_frame";
import { boards } from "../board/boards";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { add, emptyLayout, History, moveBefore, moveBy, remove, resize } from "./layout";
import { WidgetAdder } from "./widget_adder";
import { WIDGETS } from "./widgets";

/** Boards that one arranges oneself: chosen, sized, moved by mouse or keys, shared, copied. */
export class OwnBoard extends Component {
    static template = "smartdairy_iot.OwnBoard";
    static components = { BoardFrame, WidgetAdder };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.telemetry = useTelemetry();
        this.live = useState(this.telemetry.store.state);
        this.widgets = WIDGETS;
        this.grid = useRef("grid");
        this.state = useState({
            boards: [],
            id: 0,
            layout: emptyLayout(),
            name: "",
            isEditing: false,
            isDirty: false,
            canUndo: false,
            announcement: "",
        });
        onWillStart(() =>
            this.load(Number(this.props.action.params?.board || router.current.board))
        );
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        useExternalListener(
            window,
            "beforeunload",
            (ev) => this.state.isDirty && ev.preventDefault()
        );
        useSortable({
            ref: this.grid,
            elements: ".o_sd_widget",
            handle: ".o_sd_widget_handle",
            enable: () => this.state.isEditing,
            onDrop: ({ element, next }) => {
                const before = next?.dataset.widgetId ?? null;
                this.change(moveBefore(this.state.layout, element.dataset.widgetId, before));
            },
        });
    }

    retry() {
        this.telemetry.load();
    }

    async load(id) {
        this.state.boards = await this.orm.call("iot.board", "get_boards", []);
        this.show(this.state.boards.find((board) => board.id === id) || this.state.boards[0]);
    }

    show(board) {
        this.state.id = board?.id || 0;
        this.state.name = board?.name || "";
        this.state.isEditing = false;
        this.begin(board?.layout || emptyLayout());
        this.props.updateActionState?.({ board: this.state.id || undefined });
    }

    begin(layout) {
        this.history = new History(layout);
        this.state.layout = layout;
        this.state.isDirty = false;
        this.state.canUndo = false;
    }

    get board() {
        return this.state.boards.find(({ id }) => id === this.state.id);
    }

    get ownerLabel() {
        const [, name] = this.board.user_id;
        return _t("Shared by %(user)s. Copy it to change it.", { user: name });
    }

    style({ width, height }) {
        return `--sd-columns: ${width}; --sd-rows: ${height};`;
    }

    widgetLabel(widget, index) {
        return _t(
            "%(type)s, %(place)s of %(count)s. Arrow keys move it, with Shift they size it, Delete removes it.",
            {
                type: widget.type,
                place: index + 1,
                count: this.state.layout.widgets.length,
            }
        );
    }

    //--------------------------------------------------------------------------
    // Arranging
    //--------------------------------------------------------------------------

    change(layout) {
        this.state.layout = this.history.push(layout);
        this.state.isDirty = this.history.canUndo;
        this.state.canUndo = this.history.canUndo;
    }

    undo() {
        this.state.layout = this.history.undo();
        this.state.canUndo = this.history.canUndo;
        this.state.isDirty = this.history.canUndo;
        this.state.announcement = _t("Undone");
    }

    add(type, options) {
        this.change(add(this.state.layout, type, options));
        this.state.announcement = _t("Added at the end");
    }

    remove(id) {
        this.change(remove(this.state.layout, id));
        this.state.announcement = _t("Removed. Ctrl+Z brings it back.");
    }

    move(id, step) {
        this.change(moveBy(this.state.layout, id, step));
        const place = this.state.layout.widgets.findIndex((widget) => widget.id === id) + 1;
        this.state.announcement = _t("Now at place %(place)s", { place });
    }

    resize(id, columns, rows) {
        this.change(resize(this.state.layout, id, columns, rows));
    }

    onHandleKeydown(ev, id) {
        const forward = document.documentElement.dir === "rtl" ? -1 : 1;
        const steps = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: 1, ArrowUp: -1 };
        const step = steps[ev.key];
        if (ev.key === "Delete") {
            this.remove(id);
        } else if (step && ev.shiftKey) {
            ev.key.endsWith("n") || ev.key.endsWith("p")
                ? this.resize(id, 0, step)
                : this.resize(id, step, 0);
        } else if (step) {
            this.move(id, step);
        } else {
            return;
        }
        ev.preventDefault();
    }

    onKeydown(ev) {
        const isTyping = ["INPUT", "TEXTAREA"].includes(ev.target.tagName);
        if (
            this.state.isEditing &&
            this.state.canUndo &&
            !isTyping &&
            ev.key === "z" &&
            (ev.ctrlKey || ev.metaKey)
        ) {
            ev.preventDefault();
            this.undo();
        }
    }

    //--------------------------------------------------------------------------
    // Keeping
    //--------------------------------------------------------------------------

    async create() {
        const [id] = await this.orm.create("iot.board", [{ name: _t("My board") }]);
        await this.load(id);
        this.state.isEditing = true;
    }

    async save() {
        const { id, name, layout } = this.state;
        await this.orm.write("iot.board", [id], { name: name.trim() || this.board.name, layout });
        await this.load(id);
        this.notification.add(_t("The board is saved."), { type: "success" });
    }

    discard() {
        this.show(this.board);
    }

    async duplicate() {
        const [id] = await this.orm.call("iot.board", "copy", [[this.state.id]]);
        await this.load(id);
    }

    async share() {
        await this.orm.write("iot.board", [this.state.id], { is_shared: !this.board.is_shared });
        await this.load(this.state.id);
    }

    delete() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Delete this board?"),
            body: this.board.is_shared
                ? _t("It is shared: the others lose it, too. This cannot be undone.")
                : _t("This cannot be undone."),
            confirmLabel: _t("Delete"),
            confirm: async () => {
                await this.orm.unlink("iot.board", [this.state.id]);
                await this.load();
            },
            cancel: () => {},
        });
    }
}

registry.category("actions").add("smartdairy_iot.own_board", OwnBoard);
boards.add(
    "own",
    { label: _t("My boards"), path: "iot-board", icon: "fa-th-large" },
    { sequence: 90 }
);
