import { browser } from "@web/core/browser/browser";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const NAME = "smartdairy_iot.dark_mode";
const menu = registry.category("user_menuitems");

/** Light or dark, in the user's menu; unless another add-on has a switch of its own there. */
export function darkModeItem() {
    const isChecked = cookie.get("color_scheme") === "dark";
    const isOffered = menu.getEntries().some(([name]) => /^color_scheme/.test(name));
    return {
        type: "switch",
        id: NAME,
        hide: isOffered,
        description: _t("Dark mode"),
        isChecked,
        callback: () => {
            cookie.set("color_scheme", isChecked ? "light" : "dark");
            browser.location.reload();
        },
        sequence: 35,
    };
}

menu.add(NAME, darkModeItem);
