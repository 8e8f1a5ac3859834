import { addTour } from "./add_tour";

/** From the key figures to what is wrong, acknowledged, and on to the device. */
addTour("smartdairy_iot_live_board", () => [
    { trigger: ".o_sd_connection[data-connection='live']" },
    {
        content: "of all devices those in alarm",
        trigger: "[data-kpi='alarm'] button",
        run: "click",
    },
    { trigger: "[data-filter='status'].active" },
    {
        content: "and of them one's own",
        trigger: ".o_sd_filter_text",
        run: "edit TOUR-1",
    },
    { trigger: ".o_sd_devices:not(:has([data-device-id='TOUR-2']))" },
    {
        content: "the alert is acknowledged",
        trigger: ".o_sd_alert:contains('Tour tank') .o_sd_acknowledge",
        run: "click",
    },
    { trigger: ".o_sd_alert:contains('Tour tank') .o_sd_acknowledged" },
    {
        content: "and the device looked at",
        trigger: "[data-device-id='TOUR-1'][data-status='alarm']",
        run: "click",
    },
    { trigger: ".o_sd_board_frame[data-board='device']" },
    {
        content: "back to what was chosen",
        trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a:contains('Live')",
        run: "click",
    },
    { trigger: ".o_sd_board_frame[data-board='live'] .o_sd_tile" },
]);
