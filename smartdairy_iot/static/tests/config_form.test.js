import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryAttribute, queryFirst } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

const SETTINGS = [
    makeSetting("interval", "integer", { unit: "s", minimum: 5, maximum: 60, default: 30 }),
    makeSetting("offset", "float", { unit: "°C", default: 0 }),
    makeSetting("beep", "boolean", { default: true }),
    makeSetting("level", "choice", { choices: ["info", "debug"], default: "info" }),
    makeSetting("name", "text", { default: null }),
];

function makeSetting(key, kind, values = {}) {
    const empty = { unit: "", minimum: null, maximum: null, choices: [], help: "" };
    return { key, label: `The ${key}`, kind, ...empty, ...values };
}

class IotDevice extends models.Model {
    _name = "iot.device";
    config_values = fields.Json();
    config_form = fields.Json();
    _records = [
        { id: 1, config_values: { interval: 10 }, config_form: SETTINGS },
        { id: 2, config_values: false, config_form: [] },
    ];
}

defineMailModels();
defineModels([IotDevice]);

const ARCH = `<form><field name="config_values" widget="iot_config_form"/></form>`;

async function openForm({ resId = 1, arch = ARCH } = {}) {
    const saved = [];
    onRpc("iot.device", "web_save", ({ args }) => {
        saved.push(args[1].config_values);
    });
    await mountView({ type: "form", resModel: "iot.device", resId, arch });
    return saved;
}

const at = (key) => `.o_iot_setting[data-key=${key}]`;

test("each setting is drawn as what it is, with its default", async () => {
    await openForm();
    expect(queryAllTexts(".o_iot_setting label")).toEqual(SETTINGS.map((setting) => setting.label));
    expect(`${at("interval")} input`).toHaveValue("10");
    expect(queryAttribute(`${at("offset")} input`, "placeholder")).toBe("0 °C");
    expect(queryAttribute(`${at("name")} input`, "placeholder")).toBe("the device decides");
    expect(queryAllTexts(`${at("level")} option`)).toEqual(["Default: info", "info", "debug"]);
});

test("only what was set is saved, in its kind", async () => {
    const saved = await openForm();
    await contains(`${at("offset")} input`).edit("-0,5");
    await contains(`${at("beep")} select`).select("false");
    await contains(`${at("level")} select`).select("debug");
    await contains(".o_form_button_save").click();
    expect(saved).toEqual([{ interval: 10, offset: -0.5, beep: false, level: "debug" }]);
});

test("the default is taken by a button, and the own value goes", async () => {
    const saved = await openForm();
    await contains(`${at("interval")} button`).click();
    expect(`${at("interval")} button`).toHaveCount(0);
    await contains(".o_form_button_save").click();
    expect(saved).toEqual([{}]);
});

test("what cannot be is said before it is saved", async () => {
    await openForm();
    await contains(`${at("interval")} input`).edit("61");
    expect(`${at("interval")} [role=alert]`).toHaveText("Not possible: 5 to 60");
    await contains(`${at("interval")} input`).edit("often");
    expect(`${at("interval")} [role=alert]`).toHaveText("Not possible: a whole number");
    await contains(`${at("interval")} input`).edit("60");
    expect(`${at("interval")} [role=alert]`).toHaveCount(0);
});

test("who may not write reads what holds", async () => {
    await openForm({ arch: ARCH.replace("<form>", '<form edit="0">') });
    expect(queryFirst("input, select", { root: queryFirst(".o_iot_config_form") })).toBe(null);
    expect(queryAllTexts(`${at("interval")} span`)[0]).toBe("10 s");
    expect(queryAllTexts(`${at("beep")} span`)[0]).toBe("yes");
});

test("a kind of device without settings says so", async () => {
    await openForm({ resId: 2 });
    expect(".o_iot_setting").toHaveCount(0);
    expect(".o_field_widget[name=config_values]").toHaveText(/understands no settings/);
});
