import { addTour } from "./add_tour";

/** Who is milked now, how much it was, and how one animal does. */
addTour("smartdairy_iot_milking_board", () => [
    {
        content: "the milking that runs, with what its meter says",
        trigger:
            ".o_sd_meter[data-device-id='TOUR-METER'][data-level='ok']:contains('Tour Bella'):has(.o_sd_meter_flow:contains('2.4'))",
    },
    { trigger: "[data-view='production']", run: "click" },
    { trigger: ".o_sd_bars canvas[aria-label='Litres by day']" },
    { trigger: "[data-view='animals']", run: "click" },
    { trigger: ".o_sd_animals button:contains('Tour Bella')", run: "click" },
    { trigger: ".o_sd_animal_history:contains('Tour Bella') canvas" },
    { trigger: ".o_sd_animal_history .btn-close", run: "click" },
    { trigger: "body:not(:has(.o_sd_animal_history)) .o_sd_animals" },
]);
