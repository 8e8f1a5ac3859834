import { addTour } from "./add_tour";

const CARD = ".o_sd_alert_card:contains('Tour tank')";

/** An alert is given to somebody, acknowledged and dismissed; then what alerts were like. */
addTour("smartdairy_iot_alert_board", () => [
    { trigger: ".o_sd_connection[data-connection='live']" },
    {
        content: "who takes care of it",
        trigger: `[data-column='new'] ${CARD} [data-step='assign']`,
        run: "click",
    },
    {
        trigger: ".modal [name='user_id'] input",
        run: "edit Tour Colleague",
    },
    {
        trigger: ".o-autocomplete--dropdown-item:contains('Tour Colleague')",
        run: "click",
    },
    { trigger: ".modal footer .btn-primary", run: "click" },
    {
        content: "is seen at once",
        trigger: `body:not(:has(.modal)) [data-column='new'] ${CARD} .o_sd_assigned:contains('Tour Colleague')`,
    },
    {
        trigger: `[data-column='new'] ${CARD} [data-step='acknowledge']`,
        run: "click",
    },
    {
        content: "a reason is asked for",
        trigger: `[data-column='acknowledged'] ${CARD} [data-step='dismiss']`,
        run: "click",
    },
    {
        trigger: ".modal [name='reason'] textarea, .modal [name='reason'] input",
        run: "edit Sensor cleaned",
    },
    { trigger: ".modal footer .btn-primary", run: "click" },
    { trigger: `body:not(:has(.modal)) [data-column='dismissed'] ${CARD}` },
    { trigger: "[data-view='timeline']", run: "click" },
    { trigger: ".o_sd_timeline_line:contains('Tour tank') button" },
    { trigger: "[data-view='statistics']", run: "click" },
    { trigger: ".o_sd_kpi:contains('Mean time to acknowledge')" },
    { trigger: ".o_sd_bars canvas" },
]);
