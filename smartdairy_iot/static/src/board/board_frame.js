import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { boards, boardUrl } from "./boards";
import { ConnectionBadge } from "./connection_badge";

/**
 * What all boards have in common: Odoo's control panel with the tabs between the boards, whether
 * what is shown is live, and what is said while loading and after a failure.
 *
 * Slots: `default`, shown once loaded; `controls`, such as filters, in a row above it.
 * In an environment with `embeddedBoard` (a kiosk, a board within a board) only the slots remain.
 */
export class BoardFrame extends Component {
    static template = "smartdairy_iot.BoardFrame";
    static components = { ConnectionBadge, Layout };
    static props = {
        /** its name in the registry of boards */
        board: String,
        /** "loading", "failed", or anything else once there is something to show */
        phase: { type: String, optional: true },
        onRetry: { type: Function, optional: true },
        /** fed by the telemetry service: shows its connection */
        live: { type: Boolean, optional: true },
        /** said by screen readers as soon as it changes */
        announcement: { type: String, optional: true },
        className: { type: String, optional: true },
        slots: Object,
    };
    static defaultProps = { phase: "ready", live: false, announcement: "", className: "" };

    setup() {
        const telemetry = useService("smartdairy_iot.telemetry");
        this.connection = this.props.live ? useState(telemetry.store.state) : {};
        const tabs = useRef("tabs");
        onMounted(() => {
            // On a phone most of them are beyond the edge.
            const current = tabs.el?.querySelector("[aria-current]");
            current?.scrollIntoView({ block: "nearest", inline: "center" });
        });
    }

    get tabs() {
        return boards.getEntries().map(([name, { label, path, icon }]) => ({
            name,
            label,
            icon,
            url: boardUrl(path),
            isCurrent: name === this.props.board,
        }));
    }

    get contentClass() {
        const stale = this.connection.connection === "stale" ? "o_sd_not_live" : "";
        return `o_sd_content ${stale} ${this.props.className}`;
    }
}
