/* global Chart */
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";

const TOKENS = ["danger", "warning", "success", "info", "primary", "secondary"];

/**
 * The theme's colours where the chart stands: light and dark need no rules of their own.
 *
 * @param {HTMLElement} el
 */
export class Palette {
    constructor(el) {
        this.style = getComputedStyle(el);
        // A wall screen has a theme of its own, whatever its browser's user chose in Odoo.
        const { colorScheme } = document.documentElement.dataset;
        this.scheme = colorScheme || cookie.get("color_scheme");
        this.text = this.style.color;
        this.line = this.variable("--border-color") || "#8886";
        this.surface = this.scheme === "dark" ? "#1b1d26" : "#ffffff";
    }

    variable(name) {
        return this.style.getPropertyValue(name).trim();
    }

    /** @param {number | string} color of Odoo's palette, of the theme, or any of CSS */
    get(color) {
        if (typeof color === "number") {
            // The stronger one of each pair: a thin line must be seen on white.
            return getColor(2 * color + 1, this.scheme, "md");
        }
        if (TOKENS.includes(color)) {
            return this.variable(`--${color}`) || this.text;
        }
        return color || this.text;
    }

    faint(color, alpha) {
        return Chart.helpers.color(this.get(color)).alpha(alpha).rgbString();
    }
}
