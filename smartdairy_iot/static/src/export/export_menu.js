import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { download, downloadFile } from "@web/core/network/download";
import { useService } from "@web/core/utils/hooks";

import { toCsv, toFileName } from "./csv";

/** As `sheet.py` has it. */
const MOST_ROWS = 20_000;

/**
 * A menu that exports what is seen: the rows the screen has, no others are fetched.
 *
 * `columns` are headings, `rows` lists of text, numbers or null: an array, or a function that
 * makes it when it is needed. `getCanvas` gives the chart; without it there is no picture.
 */
export class ExportMenu extends Component {
    static template = "smartdairy_iot.ExportMenu";
    static components = { Dropdown, DropdownItem };
    static props = {
        name: String,
        columns: Array,
        rows: [Array, Function],
        getCanvas: { type: Function, optional: true },
    };

    setup() {
        this.notification = useService("notification");
        this.state = useState({ busy: false });
    }

    get rows() {
        const { rows } = this.props;
        return typeof rows === "function" ? rows() : rows;
    }

    async run(make) {
        const rows = this.rows;
        if (!rows.length) {
            this.notification.add(_t("There is nothing to export."), { type: "warning" });
            return;
        }
        if (rows.length > MOST_ROWS) {
            this.notification.add(
                _t("At most %(most)s rows can be exported. Choose a shorter time.", {
                    most: MOST_ROWS,
                }),
                { type: "warning" }
            );
            return;
        }
        this.state.busy = true;
        try {
            await make(rows);
        } catch (error) {
            this.notification.add(error.data?.message || error.message, {
                title: _t("The export failed"),
                type: "danger",
            });
        }
        this.state.busy = false;
    }

    exportCsv() {
        const { columns, name } = this.props;
        return this.run((rows) =>
            downloadFile(toCsv(columns, rows), toFileName(name, "csv"), "text/csv;charset=utf-8")
        );
    }

    exportXlsx() {
        const { columns, name } = this.props;
        return this.run((rows) =>
            download({
                url: "/smartdairy_iot/export/xlsx",
                data: { data: JSON.stringify({ name, columns, rows }) },
            })
        );
    }

    exportPng() {
        return this.run(async () => {
            const canvas = onBackground(this.props.getCanvas());
            const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
            await downloadFile(blob, toFileName(this.props.name, "png"), "image/png");
        });
    }
}

/** A chart is transparent: on the black of a viewer nobody reads it. */
function onBackground(canvas) {
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext("2d");
    context.fillStyle = backgroundOf(canvas);
    context.fillRect(0, 0, copy.width, copy.height);
    context.drawImage(canvas, 0, 0);
    return copy;
}

function backgroundOf(element) {
    for (let el = element; el; el = el.parentElement) {
        const color = getComputedStyle(el).backgroundColor;
        if (color && color !== "transparent" && !/, 0\)$/.test(color)) {
            return color;
        }
    }
    return "#fff";
}
