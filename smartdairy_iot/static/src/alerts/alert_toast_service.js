import { markup } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { AlarmSound } from "./alarm_sound";

const TYPES = { critical: "danger", high: "danger", medium: "warning", low: "info" };
/** After these there is nothing left to do about the toast. */
const OVER = ["cleared", "acknowledged", "resolved", "dismissed"];
/** More than these at once are one toast that counts them. */
const AT_ONCE = 4;
const AT_ONCE_SMALL = 1;
const RANK = { low: 0, medium: 1, high: 2, critical: 3 };
const READABLE = 12_000;
const SHORT = 5000;

/**
 * Shows what concerns this user, whichever app is open: a toast for each alert, with a sound and
 * until somebody reacts where it is critical. A newer message of the same alert takes the place of
 * the older one; what is closed in one tab is closed in all; one tab makes the sound.
 */
export class AlertToasts {
    constructor({ action, bus_service, multi_tab, notification, orm, ui }) {
        Object.assign(this, { action, multiTab: multi_tab, notification, orm, ui });
        this.sound = new AlarmSound();
        /** alert id → `{ close, severity }` of its toast */
        this.toasts = new Map();
        /** ids of those that are only counted */
        this.others = new Set();
        bus_service.subscribe("smartdairy_iot/notification", (message) => this.receive(message));
        if (browser.BroadcastChannel) {
            this.tabs = new browser.BroadcastChannel("smartdairy_iot.alerts");
            this.tabs.onmessage = ({ data }) => this.close(data);
        }
    }

    /**
     * @param {object} message
     * @param {{ id: number } | number | false} message.alert false: of many, a digest
     * @param {string} message.event such as "raised"
     * @param {string} message.title
     * @param {string} message.body
     * @param {string} message.severity
     * @param {boolean} message.sound
     */
    receive(message) {
        this.show(message);
        if (message.sound && !OVER.includes(message.event)) {
            this.ring();
        }
    }

    show(message) {
        const { alert, event, severity } = message;
        const id = alert?.id || alert || 0;
        this.close(id);
        if (OVER.includes(event)) {
            if (!this.isRoomLeft()) {
                return; // nothing left to do, and it would cover what is
            }
            this.add(id, message, { type: "success", autocloseDelay: SHORT });
        } else if (!id || this.hasRoom(severity)) {
            this.add(id, message, {
                type: TYPES[severity] || "warning",
                sticky: severity === "critical",
                autocloseDelay: READABLE,
                buttons: id ? [this.acknowledgeButton(id, message)] : [],
            });
        } else {
            this.others.add(id);
            this.showOthers(severity);
        }
    }

    isRoomLeft() {
        return this.toasts.size < (this.ui.isSmall ? AT_ONCE_SMALL : AT_ONCE);
    }

    /** What is more severe takes the place of the mildest. */
    hasRoom(severity) {
        if (this.isRoomLeft()) {
            return true;
        }
        const [mildest] = [...this.toasts]
            .filter(([id]) => id)
            .sort(([, one], [, other]) => RANK[one.severity] - RANK[other.severity]);
        if (!mildest || RANK[mildest[1].severity] >= RANK[severity]) {
            return false;
        }
        this.close(mildest[0]);
        this.others.add(mildest[0]);
        this.showOthers(mildest[1].severity);
        return true;
    }

    add(id, { title, body, severity }, options) {
        const url = id ? `/odoo/iot-alerts/${id}` : "/odoo/iot-alerts";
        const close = this.notification.add(
            markup`<a class="o_sd_toast_link" href="${url}">${body}</a>`,
            { ...options, title, className: "o_sd_toast", onClose: () => this.onClose(id, close) }
        );
        this.toasts.set(id, { close, severity });
    }

    showOthers(severity) {
        const before = this.closeOthers;
        this.closeOthers = null;
        before?.();
        const count = this.others.size;
        if (!count) {
            return;
        }
        const close = this.notification.add(
            markup`<a class="o_sd_toast_link" href="/odoo/iot-alerts">${_t("Open the list")}</a>`,
            {
                title: count === 1 ? _t("1 more alert") : _t("%(count)s more alerts", { count }),
                type: TYPES[severity] || "warning",
                sticky: true,
                className: "o_sd_toast o_sd_toast_others",
                onClose: () => {
                    if (this.closeOthers === close) {
                        this.others.clear();
                    }
                },
            }
        );
        this.closeOthers = close;
    }

    acknowledgeButton(id, message) {
        const onClick = () => this.acknowledge(id, message);
        return { name: _t("Acknowledge"), primary: true, onClick };
    }

    async acknowledge(id, message) {
        try {
            const answer = await this.orm.call("iot.alert", "action_acknowledge_selected", [[id]]);
            this.close(id);
            if (answer.type !== "ir.actions.act_window") {
                this.tabs?.postMessage(id);
                return;
            }
            // The farm asks for a HACCP report: a dialog, which the toast would cover.
            await this.action.doAction(answer, { onClose: () => this.showUnlessSeen(id, message) });
        } catch (error) {
            this.notification.add(error.data?.message || error.message, {
                title: _t("The alert could not be acknowledged"),
                type: "danger",
            });
        }
    }

    async showUnlessSeen(id, message) {
        const [alert] = await this.orm.read("iot.alert", [id], ["state"]);
        if (alert?.state === "new") {
            this.show(message);
        } else {
            this.tabs?.postMessage(id);
        }
    }

    /** One tab is enough, and it says so where the browser keeps it silent. */
    async ring() {
        if (!(await this.multiTab.isOnMainTab()) || (await this.sound.play())) {
            return;
        }
        this.closeHint?.();
        this.closeHint = this.notification.add(
            _t("Your browser plays no sound before you click somewhere in this page."),
            { type: "warning", sticky: true, className: "o_sd_toast_silent" }
        );
        this.sound.onHeard = () => this.closeHint();
    }

    /** Not by the user: the other tabs have heard it too. */
    close(id) {
        const toast = this.toasts.get(id);
        this.toasts.delete(id);
        toast?.close();
        if (this.others.delete(id)) {
            this.showOthers();
        }
    }

    onClose(id, close) {
        if (this.toasts.get(id)?.close === close) {
            this.toasts.delete(id);
            this.tabs?.postMessage(id);
        }
    }
}

export const alertToastService = {
    dependencies: ["action", "bus_service", "multi_tab", "notification", "orm", "ui"],
    start(env, services) {
        return new AlertToasts(services);
    },
};

registry.category("services").add("smartdairy_iot.alert_toasts", alertToastService);
