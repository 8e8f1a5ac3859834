import { addTour } from "./add_tour";

/** A board is made, filled, arranged with the keys, undone, kept, shared and deleted. */
addTour("smartdairy_iot_own_board", () => [
    { trigger: ".o_sd_new", run: "click" },
    { trigger: ".o_sd_name", run: "edit Tour board" },
    { content: "a key figure", trigger: ".o_sd_type", run: "select kpi" },
    { trigger: ".o_sd_add", run: "click" },
    { trigger: ".o_sd_widget[data-type='kpi']" },
    { content: "and the alerts", trigger: ".o_sd_type", run: "select alerts" },
    { trigger: ".o_sd_add", run: "click" },
    { trigger: ".o_sd_widget:last-child[data-type='alerts']" },
    {
        content: "the alerts come first",
        trigger: ".o_sd_widget[data-type='alerts'] .o_sd_widget_handle",
        async run({ anchor, press }) {
            anchor.focus();
            await press("ArrowUp");
        },
    },
    { trigger: ".o_sd_widget:first-child[data-type='alerts']" },
    { content: "no, not first", trigger: ".o_sd_undo:enabled", run: "click" },
    { trigger: ".o_sd_widget:last-child[data-type='alerts']" },
    { trigger: ".o_sd_save", run: "click" },
    { trigger: ".o_sd_choose:contains('Tour board')" },
    { content: "for the others as well", trigger: ".o_sd_share", run: "click" },
    { trigger: ".o_sd_share:contains('stop')" },
]);
