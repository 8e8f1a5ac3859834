import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Tries what the form shows: a button of its own would save it first. */
export class TryOnHistory extends Component {
    static template = "smartdairy_iot.TryOnHistory";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ isBusy: false });
    }

    async onClick() {
        const { record } = this.props;
        this.state.isBusy = true;
        try {
            const values = await record.getChanges();
            const ids = record.resId ? [record.resId] : [];
            const action = await this.orm.call("iot.threshold", "try_on_history", [ids, values]);
            await this.action.doAction(action);
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("view_widgets").add("iot_try_on_history", { component: TryOnHistory });
