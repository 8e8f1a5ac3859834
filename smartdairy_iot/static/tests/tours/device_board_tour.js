import { addTour } from "./add_tour";

/** A device's day, its week, what it said, the next device, and its form. */
addTour("smartdairy_iot_device_board", () => [
    { trigger: ".o_iot_device_head:contains('Tour tank')" },
    { content: "its day is drawn", trigger: ".o_iot_curves canvas" },
    { trigger: "[data-span='10080']", run: "click" },
    { content: "its week, too", trigger: "[data-span='10080'].active" },
    { trigger: ".o_iot_curves canvas" },
    { content: "what it said last", trigger: ".o_iot_device_messages td:contains('4.5')" },
    { content: "on to its neighbour", trigger: "[data-switch='previous']", run: "click" },
    { trigger: ".o_iot_device_head:contains('Tour second')" },
    { trigger: ".o_iot_device_messages:contains('None was stored')" },
    { content: "and back", trigger: "[data-switch='next']", run: "click" },
    { trigger: ".o_iot_device_head:contains('Tour tank')" },
    { trigger: ".o_iot_device_form", run: "click" },
    { trigger: ".o_form_view .o_field_widget[name='device_id']" },
]);
