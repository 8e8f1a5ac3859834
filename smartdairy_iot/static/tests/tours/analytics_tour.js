import { addTour } from "./add_tour";

/** A trend, what is unusual in it, beside another device and the time before. */
addTour("smartdairy_iot_analytics", () => [
    { trigger: ".o_sd_chosen:contains('Tour tank')" },
    {
        content: "the bad hour is told",
        trigger: ".o_sd_anomalies [data-side='high']:contains('9 °C')",
    },
    {
        content: "beside another device",
        trigger: ".o_sd_add",
        run: "selectByLabel Tour second",
    },
    { trigger: ".o_sd_chosen:contains('Tour second')" },
    { trigger: ".o_sd_compare", run: "check" },
    { trigger: ".o_sd_days", run: "select 7" },
    { trigger: "[aria-busy='false'] canvas" },
    {
        content: "one is taken away again",
        trigger: ".o_sd_chosen:contains('Tour tank') button",
        run: "click",
    },
    { trigger: "body:not(:has(.o_sd_chosen:contains('Tour tank'))) .o_sd_chosen" },
    { trigger: "[data-view='quality']", run: "click" },
    { trigger: ".o_sd_quality, .o_sd_empty" },
]);
