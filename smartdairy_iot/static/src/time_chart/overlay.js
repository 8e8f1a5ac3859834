/**
 * A Chart.js plugin: limits as bands, phases as a strip, alerts as marks, how high goes what is
 * cut off, and what is being selected. Its options are the chart's props and its palette.
 */

import { cutOff, highOf } from "./points";

const STRIP = 16; // height of the phases' strip
const FONT = 11;
const SIZE = 5; // of a mark, from its middle

export const overlayPlugin = {
    id: "overlay",
    beforeDatasetsDraw(chart, _args, options) {
        clipped(chart, () => {
            options.phases.forEach((phase) => drawPhase(chart, phase, options.palette));
            options.bands.forEach((band) => drawBand(chart, band, options.palette));
        });
    },
    afterDatasetsDraw(chart, _args, options) {
        options.phases.forEach((phase) => drawPhaseName(chart, phase, options.palette));
        options.cut.forEach((one) => drawCut(chart, one, options.palette));
        options.marks.forEach((mark) => drawMark(chart, mark, options.palette));
        drawSelection(chart, options.palette);
    },
};

function clipped({ ctx, chartArea }, draw) {
    const { left, top, width, height } = chartArea;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    draw();
    ctx.restore();
}

/** From where to where in pixels; null when nothing of it is in the window. */
function columns({ scales, chartArea }, start, end) {
    const place = (ms, otherwise) =>
        Number.isFinite(ms) ? scales.x.getPixelForValue(ms) : otherwise;
    const left = Math.max(place(start, chartArea.left), chartArea.left);
    const right = Math.min(place(end, chartArea.right), chartArea.right);
    return right > left ? { left, right } : null;
}

function drawBand(chart, band, palette) {
    const { ctx, scales, chartArea } = chart;
    const place = columns(chart, band.start, band.end);
    if (!place) {
        return;
    }
    const scale = scales[band.axis];
    const y = (value, otherwise) =>
        Number.isFinite(value) ? scale.getPixelForValue(value) : otherwise;
    const top = y(band.to, chartArea.top);
    const bottom = y(band.from, chartArea.bottom);
    const width = place.right - place.left;
    ctx.fillStyle = palette.faint(band.color, 0.1);
    ctx.fillRect(place.left, top, width, bottom - top);
    ctx.strokeStyle = palette.get(band.color);
    ctx.lineWidth = 1.5;
    ctx.setLineDash([5, 4]);
    for (const edge of [band.from, band.to].filter(Number.isFinite)) {
        const at = scale.getPixelForValue(edge);
        ctx.beginPath();
        ctx.moveTo(place.left, at);
        ctx.lineTo(place.right, at);
        ctx.stroke();
    }
    ctx.setLineDash([]);
    const isUpper = Number.isFinite(band.from);
    const baseline = isUpper ? bottom - 4 : top + FONT + 2;
    write(chart, band.label, place.right - 4, baseline, width - 8, palette.text, "right");
}

function drawPhase(chart, { start, end, color }, palette) {
    const { ctx, chartArea } = chart;
    const place = columns(chart, start, end);
    if (place) {
        const width = place.right - place.left;
        ctx.fillStyle = palette.faint(color, 0.08);
        ctx.fillRect(place.left, chartArea.top, width, chartArea.height);
        ctx.fillStyle = palette.faint(color, 0.35);
        ctx.fillRect(place.left, chartArea.bottom - STRIP, width, STRIP);
        ctx.fillStyle = palette.get(color);
        ctx.fillRect(place.left, chartArea.bottom - STRIP, 1.5, STRIP);
    }
}

function drawPhaseName(chart, { start, end, label }, palette) {
    const place = columns(chart, start, end);
    if (place) {
        const middle = (place.left + place.right) / 2;
        const width = place.right - place.left - 4;
        write(chart, label, middle, chart.chartArea.bottom - 4, width, palette.text, "center");
    }
}

function textWidth(ctx, text) {
    ctx.font = `${FONT}px sans-serif`;
    return ctx.measureText(text).width;
}

/** Only where it fits: half a word tells nothing. */
function write({ ctx, chartArea }, text, x, y, width, color, align) {
    ctx.save();
    if (text && textWidth(ctx, text) <= width && y > chartArea.top) {
        ctx.fillStyle = color;
        ctx.textAlign = align;
        ctx.fillText(text, x, y);
    }
    ctx.restore();
}

/** A gap in the upper edge, and beside it the highest value of what is above it. */
function drawCut(chart, { points, axis, color, describe }, palette) {
    const { ctx, scales, chartArea } = chart;
    const { left, right, top } = chartArea;
    for (const point of cutOff(points, scales[axis].max)) {
        const x = scales.x.getPixelForValue(point[0]);
        if (x < left || x > right) {
            continue;
        }
        ctx.save();
        ctx.strokeStyle = palette.get(color ?? 0);
        ctx.lineWidth = 2;
        ctx.beginPath();
        ctx.moveTo(x - 8, top);
        [-4, 4, -4, 4].forEach((y, at) => ctx.lineTo(x - 4 + 3 * at, top + y));
        ctx.lineTo(x + 8, top);
        ctx.stroke();
        ctx.restore();
        const text = describe(highOf(point));
        const width = textWidth(ctx, text);
        const start = x + 12 + width < right ? x + 12 : x - 12 - width;
        ctx.save();
        ctx.fillStyle = palette.faint(palette.surface, 0.8);
        ctx.fillRect(start - 2, top + 1, width + 4, FONT + 3);
        ctx.restore();
        write(chart, text, start, top + FONT, right - left, palette.text, "left");
    }
}

const SHAPES = {
    critical: [4, Math.PI / 4, 1.3], // corners, turned by, times as large
    high: [3, -Math.PI / 2, 1.2],
    medium: [4, 0, 1],
    low: [24, 0, 0.9],
};
const COLORS = { critical: "danger", high: "danger", medium: "warning", low: "info" };

function drawMark(chart, { ms, severity }, palette) {
    const { ctx, scales, chartArea } = chart;
    const x = scales.x.getPixelForValue(ms);
    if (x < chartArea.left || x > chartArea.right) {
        return;
    }
    const [corners, turned, scale] = SHAPES[severity] || SHAPES.low;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = palette.get(COLORS[severity] || "secondary");
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    ctx.beginPath();
    for (let corner = 0; corner < corners; corner++) {
        const angle = turned - Math.PI / 4 + (2 * Math.PI * corner) / corners;
        const offset = corners === 3 ? Math.PI / 4 : 0;
        ctx.lineTo(
            x + SIZE * scale * Math.cos(angle + offset),
            chartArea.top - SIZE + SIZE * scale * Math.sin(angle + offset)
        );
    }
    ctx.closePath();
    ctx.fill();
    ctx.restore();
}

function drawSelection({ ctx, chartArea, selection }, palette) {
    if (selection) {
        ctx.save();
        ctx.fillStyle = palette.faint("primary", 0.2);
        const [left, right] = [...selection].sort((a, b) => a - b);
        ctx.fillRect(left, chartArea.top, right - left, chartArea.height);
        ctx.restore();
    }
}
