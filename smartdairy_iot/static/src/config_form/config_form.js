import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A device's settings as its profile describes them. The field holds only what was set
 * on this device, `{key: value}`; where nothing is, the profile's default is shown.
 */
export class ConfigForm extends Component {
    static template = "smartdairy_iot.ConfigForm";
    static props = { ...standardFieldProps };

    get values() {
        return this.props.record.data[this.props.name] || {};
    }

    get settings() {
        return (this.props.record.data.config_form || []).map((setting) => {
            const own = this.values[setting.key];
            const isOwn = own !== undefined && own !== null;
            return {
                ...setting,
                id: `${this.props.id || this.props.name}_${setting.key}`,
                isOwn,
                text: isOwn ? String(own) : "",
                shown: this.describe(setting, isOwn ? own : setting.default),
                usual: this.describe(setting, setting.default),
                range: this.describeRange(setting),
                problem: isOwn ? this.findProblem(setting, own) : "",
            };
        });
    }

    describe(setting, value) {
        if (value === undefined || value === null) {
            return _t("the device decides");
        }
        if (setting.kind === "boolean") {
            return value ? _t("yes") : _t("no");
        }
        return setting.unit ? `${value} ${setting.unit}` : String(value);
    }

    describeRange({ minimum: low, maximum: high }) {
        if (low !== null && high !== null) {
            return _t("%(low)s to %(high)s", { low, high });
        }
        if (low !== null) {
            return _t("at least %(low)s", { low });
        }
        return high !== null ? _t("at most %(high)s", { high }) : "";
    }

    /** As the server judges it again; here, to say so before saving. */
    findProblem(setting, value) {
        if (!["integer", "float"].includes(setting.kind)) {
            return "";
        }
        const number = Number(value);
        if (!Number.isFinite(number) || (setting.kind === "integer" && number % 1)) {
            return setting.kind === "integer" ? _t("a whole number") : _t("a number");
        }
        const isOutside =
            (setting.minimum !== null && number < setting.minimum) ||
            (setting.maximum !== null && number > setting.maximum);
        return isOutside ? this.describeRange(setting) : "";
    }

    onChange(setting, text) {
        const values = { ...this.values };
        delete values[setting.key];
        if (text !== "") {
            values[setting.key] = this.parse(setting, text);
        }
        return this.props.record.update({ [this.props.name]: values });
    }

    parse({ kind }, text) {
        if (kind === "boolean") {
            return text === "true";
        }
        if (kind === "integer" || kind === "float") {
            const number = Number(text.trim().replace(",", "."));
            return Number.isFinite(number) ? number : text;
        }
        return text;
    }
}

registry.category("fields").add("iot_config_form", {
    component: ConfigForm,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "config_form", type: "json" }],
});
