import { addTour } from "./add_tour";

/** All tanks, the one that is too warm, its batch, and its alert's record. */
addTour("smartdairy_iot_coldchain_board", () => [
    {
        trigger: ".o_iot_tank_card:contains('Tour bulk tank') .o_iot_tank_celsius:contains('3.4')",
    },
    {
        content: "what it is judged by",
        trigger: ".o_iot_tank_card:contains('Tour bulk tank') dd:contains('Grade A')",
    },
    {
        trigger: ".o_iot_tank_card:contains('Tour bulk tank') h2 button",
        run: "click",
    },
    { trigger: ".o_iot_tank h2:contains('Tour bulk tank')" },
    { content: "its curve is drawn", trigger: ".o_iot_tank_curve canvas" },
    {
        content: "nobody has milked into it",
        trigger: ".o_iot_tank:contains('None in this time')",
    },
    { content: "there is no batch before", trigger: "[data-batch='previous']:disabled" },
    { trigger: ".o_iot_tank_back", run: "click" },
    { trigger: ".o_iot_tanks .o_iot_tank_card" },
]);
