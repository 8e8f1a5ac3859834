import { user } from "@web/core/user";

/** What is done to alerts from a board; of a telemetry, with its services and its store. */
export class AlertActions {
    async acknowledge({ id, needs_report }) {
        if (needs_report) {
            // The farm asks for a HACCP report: the answer is its dialog.
            const ids = [[id]];
            const dialog = await this.orm.call("iot.alert", "action_acknowledge_selected", ids);
            return this.action.doAction(dialog);
        }
        await this.orm.call("iot.alert", "action_acknowledge", [[id]]);
        this.markAcknowledged(id);
    }

    /** In one go; the answer is a dialog where one of the farms asks for a HACCP report. */
    async acknowledgeAll(alerts) {
        const ids = alerts.map((alert) => alert.id);
        const answer = await this.orm.call("iot.alert", "action_acknowledge_selected", [ids]);
        if (answer.type !== "ir.actions.act_window") {
            ids.forEach((id) => this.markAcknowledged(id));
        }
        return this.action.doAction(answer);
    }

    markAcknowledged(id) {
        const { store } = this;
        // The bus says the same a moment later, unless the connection is lost just now.
        const alert = store.getAlert(id);
        if (alert && !alert.acknowledged_at) {
            store.applyAlert({
                ...alert,
                state: "acknowledged",
                acknowledged_at: new Date(this.now()).toISOString(),
                acknowledged_by: user.name,
            });
        }
    }
}
