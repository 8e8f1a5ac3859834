/** The measure that stands for each type of device: large on its tile, and in the app. Pure. */
export const MAIN_MEASURE = {
    temperature: "temperature",
    milk_meter: "volume",
    ph_sensor: "ph",
    flow_sensor: "flow_rate",
    humidity: "humidity",
    pressure: "pressure",
};
