import { Component, onWillStart } from "@odoo/owl";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

/** Nothing here yet, and what to do next: a button for whom it is allowed to. */
export class EmptyState extends Component {
    static template = "smartdairy_iot.EmptyState";
    static props = {
        icon: String,
        title: String,
        help: String,
        button: String,
        model: String,
        context: { type: Object, optional: true },
    };

    setup() {
        this.action = useService("action");
        onWillStart(async () => {
            this.canCreate = await user.checkAccessRight(this.props.model, "create");
        });
    }

    create() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.props.model,
            views: [[false, "form"]],
            context: this.props.context,
        });
    }
}
