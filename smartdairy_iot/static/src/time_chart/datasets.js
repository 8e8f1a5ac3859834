/** From series to Chart.js datasets: three each, the average and the edges of its band. */
import { highOf, isAlone, lowOf, withGaps } from "./points";

const PER_SERIES = 3;
const DOT = 2.5;

/** Of which series a dataset is the average: the tooltip says the rest. */
export const isAverage = (datasetIndex) => datasetIndex % PER_SERIES === PER_SERIES - 1;
export const seriesOf = (datasetIndex) => Math.floor(datasetIndex / PER_SERIES);
export const averageOf = (seriesIndex) => PER_SERIES * seriesIndex + PER_SERIES - 1;

/** @returns {[Array, Array, Array]} `{x, y}` of the lower edge, the upper one, the average */
export function toData(points, gap) {
    const spaced = withGaps(points, gap);
    return [
        spaced.map((point) => ({ x: point[0], y: lowOf(point) ?? NaN })),
        spaced.map((point) => ({ x: point[0], y: highOf(point) ?? NaN })),
        spaced.map((point) => ({ x: point[0], y: point[1] ?? NaN })),
    ];
}

/**
 * @param {Array} series
 * @param {Map<string, string>} axes unit → id of its axis
 * @param {import("./colors").Palette} palette
 */
export function toDatasets(series, axes, palette) {
    return series.flatMap(({ label, unit, color, points, gap, isStepped }, index) => {
        const [low, high, average] = toData(points, gap);
        const name = color ?? index;
        const common = {
            label,
            yAxisID: axes.get(unit || ""),
            stepped: Boolean(isStepped),
            borderColor: palette.get(name),
            backgroundColor: palette.faint(name, 0.25),
        };
        const edge = { ...common, borderWidth: 0, pointRadius: 0, pointHitRadius: 0 };
        return [
            { ...edge, data: low, fill: false },
            { ...edge, data: high, fill: "-1" },
            {
                ...common,
                data: average,
                backgroundColor: palette.get(name),
                borderWidth: 2,
                // Told apart without colour too.
                borderDash: index % 2 ? [6, 3] : [],
                pointRadius: ({ dataset, dataIndex }) =>
                    isAlone(dataset.data, dataIndex) ? DOT : 0,
                pointHoverRadius: 4,
            },
        ];
    });
}
