import { Component, onWillStart, useState, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { DeviceCurves } from "./device_curves";

/** The curves in the form of a device: fetched when their page is opened, and not before. */
export class CurvesWidget extends Component {
    static template = xml`
        <DeviceCurves
            t-if="state.device"
            device="state.device"
            measures="state.measures"
            span="state.span"
            end="state.end"
            onChange.bind="onChange"
        />`;
    static components = { DeviceCurves };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ device: null, measures: [], span: 1440, end: 0 });
        onWillStart(() => this.load(this.props.record.resId));
        useRecordObserver((record) => {
            if (record.resId !== this.loadedId) {
                this.load(record.resId);
            }
        });
    }

    async load(resId) {
        this.loadedId = resId;
        const device =
            resId && (await this.orm.silent.call("iot.device", "get_curve_device", [[resId]]));
        if (this.loadedId === resId) {
            this.state.device = device || null;
        }
    }

    onChange(changes) {
        Object.assign(this.state, changes);
    }
}

registry.category("view_widgets").add("iot_device_curves", { component: CurvesWidget });
