/** The Chart.js configuration of a time chart. */
import { localization } from "@web/core/l10n/localization";
import { pyToJsLocale } from "@web/core/l10n/utils/locales";
import { isAverage, seriesOf, toDatasets } from "./datasets";
import { overlayPlugin } from "./overlay";
import { extent, nearest, withRoom } from "./points";
import { describeMark, describePoint, describeTime, describeValue } from "./words";

const NEAR = 10; // pixels from the pointer to a mark that is told of

/** Each unit has an axis; the first stands where lines begin, the others opposite. */
export function axesOf(series) {
    const units = [...new Set(series.map(({ unit }) => unit || ""))];
    return new Map(units.map((unit, index) => [unit, index ? `y${index}` : "y"]));
}

export function toConfig(props, palette) {
    const axes = axesOf(props.series);
    return {
        type: "line",
        data: { datasets: toDatasets(props.series, axes, palette) },
        options: toOptions(props, axes, palette),
        plugins: [overlayPlugin],
    };
}

/** What depends on the window, the limits and the theme; not on each new point. */
export function toOptions(props, axes, palette) {
    return {
        animation: false,
        parsing: false,
        normalized: true,
        maintainAspectRatio: false,
        locale: pyToJsLocale(localization.code) || undefined,
        interaction: {
            ...{ mode: "nearest", axis: "x", intersect: false },
            includeInvisible: props.series.some(hasCeiling), // what is cut off is told, too
        },
        layout: { padding: { top: props.marks.length ? 12 : 4 } },
        scales: { x: timeAxis(props, palette), ...valueAxes(props, axes, palette) },
        plugins: {
            legend: { display: false },
            overlay: {
                ...{ ...props, bands: onAxes(props.bands, axes), palette },
                cut: props.series.filter(hasCeiling).map((one) => ({
                    ...{ ...one, axis: axes.get(one.unit || "") },
                    describe: (value) => `↑ ${describeValue(value, one.unit)}`,
                })),
            },
            tooltip: tooltip(props),
        },
    };
}

function hasCeiling({ ceiling }) {
    return ceiling !== undefined;
}

/** A band belongs to the axis of its unit; without one, to the first. */
function onAxes(bands, axes) {
    return bands.map((band) => ({ ...band, axis: axes.get(band.unit) || "y" }));
}

function timeAxis({ start, end, tz, isCompact }, palette) {
    return {
        type: "time",
        min: start,
        max: end,
        adapters: { date: { zone: tz } },
        time: {
            displayFormats: {
                minute: { hour: "numeric", minute: "numeric" },
                second: { hour: "numeric", minute: "numeric", second: "numeric" },
                hour: { hour: "numeric", minute: "numeric" },
                week: { day: "numeric", month: "short" },
            },
        },
        ticks: {
            display: !isCompact,
            color: palette.text,
            autoSkipPadding: 16,
            maxRotation: 0,
            major: { enabled: true },
            font: ({ tick }) => ({ weight: tick?.major ? "bold" : "normal" }),
        },
        grid: { color: palette.line, display: !isCompact },
    };
}

function valueAxes({ series, bands, phases, range, isCompact }, axes, palette) {
    const isRTL = localization.direction === "rtl";
    const below = phases.length ? (isCompact ? 0.2 : 0.1) : undefined;
    return Object.fromEntries(
        [...axes].map(([unit, id], index) => {
            const own = series.filter((one) => (one.unit || "") === unit);
            const reach = extent(
                own.map(({ points }) => points),
                onAxes(bands, axes).filter(({ axis }) => axis === id),
                Math.max(...own.map(({ ceiling = Infinity }) => ceiling))
            );
            const axis = {
                position: isRTL === !index ? "right" : "left",
                ...(range || withRoom(reach, below)),
                grid: { color: palette.line, drawOnChartArea: !index },
                ticks: {
                    color: palette.text,
                    includeBounds: Boolean(range),
                    maxTicksLimit: isCompact ? 5 : 9,
                    callback: (value) => describeValue(value, unit),
                },
            };
            return [id, axis];
        })
    );
}

function tooltip({ series, marks, tz, start, end }) {
    const isRTL = localization.direction === "rtl";
    return {
        rtl: isRTL,
        textDirection: isRTL ? "rtl" : "ltr",
        filter: ({ datasetIndex }) => isAverage(datasetIndex),
        callbacks: {
            title: (items) =>
                items.length ? describeTime(items[0].parsed.x, tz, end - start) : "",
            label: ({ datasetIndex, parsed }) => {
                const one = series[seriesOf(datasetIndex)];
                const point = one.points[nearest(one.points, parsed.x)];
                return `${one.label}: ${describePoint(point, one.unit)}`;
            },
            afterBody: ([item]) => {
                const { x } = item?.chart.scales || {};
                const isNear = ({ ms }) =>
                    Math.abs(x.getPixelForValue(ms) - x.getPixelForValue(item.parsed.x)) < NEAR;
                return x ? marks.filter(isNear).map((mark) => describeMark(mark, tz)) : [];
            },
        },
    };
}
