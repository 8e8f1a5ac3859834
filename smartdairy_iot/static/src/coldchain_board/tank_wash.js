/** Pure: what in a tank's curve is its wash, and not its milk. */
import { highOf } from "../time_chart/points";
import { MINUTE } from "../time_chart/window";

/** °C; milk leaves the cow with 38. */
const HOT = 45;
/** How long before and after the heat the probe feels rinses, steam and the empty tank. */
const FLANK = 30 * MINUTE;
const WITH_MILK = ["filling", "cooling", "storage"];
const WITHOUT_MILK = ["empty", "washing"];

/**
 * How warm the milk was at most, where a wash was hotter: a curve of storage from 3 to 5 °C would
 * be a flat line beside it. What was measured while there was milk, as the records tell, counts
 * unless it is hot.
 *
 * @param {Array} points `[ms, average, lowest, highest]` in the order of time
 * @param {{phase: string, start: number, end: number | false}[]} phases
 * @param {{start: number, end: number}} window what is shown of it
 * @returns {number | undefined} °C; undefined where nothing is to be cut off
 */
export function highestMilk(points, phases, { start, end }) {
    const shown = points.filter(
        ([ms, average]) => typeof average === "number" && ms >= start && ms <= end
    );
    const heat = shown.filter((point) => highOf(point) > HOT).map(([ms]) => ms);
    if (!heat.length) {
        return undefined;
    }
    const isIn = (ms, names) =>
        phases.some(
            (one) => names.includes(one.phase) && ms >= one.start && (!one.end || ms < one.end)
        );
    const isNearHeat = (ms) => heat.some((hot) => Math.abs(hot - ms) <= FLANK);
    const isMilk = ([ms]) => isIn(ms, WITH_MILK) || !(isIn(ms, WITHOUT_MILK) || isNearHeat(ms));
    const milk = shown.filter(isMilk).map(highOf);
    const cold = milk.filter((celsius) => celsius <= HOT);
    return cold.length ? Math.max(...cold) : undefined;
}
