import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatClock } from "../telemetry/format";

const ICONS = {
    live: "fa-circle",
    connecting: "fa-refresh",
    reconnecting: "fa-refresh",
    stale: "fa-chain-broken",
};

/** Whether what is on the screen is what happens now. */
export class ConnectionBadge extends Component {
    static template = "smartdairy_iot.ConnectionBadge";
    static props = {};

    setup() {
        this.state = useState(useService("smartdairy_iot.telemetry").store.state);
    }

    get icon() {
        return ICONS[this.state.connection];
    }

    get label() {
        switch (this.state.connection) {
            case "live":
                return _t("Live");
            case "connecting":
                return _t("Connecting…");
            case "reconnecting":
                return _t("Reconnecting…");
        }
        return _t("Stale since %(time)s", { time: formatClock(this.state.lostAt) });
    }
}
