import { useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { useTelemetry } from "../telemetry/telemetry_hooks";

/** What a board uses that shows the live store and asks the server for more. */
export function useLiveBoard() {
    const notification = useService("notification");
    const telemetry = useTelemetry();
    return {
        action: useService("action"),
        notification,
        orm: useService("orm"),
        telemetry,
        live: useState(telemetry.store.state),
        report: (error) =>
            notification.add(error.data?.message || error.message, { type: "danger" }),
    };
}
