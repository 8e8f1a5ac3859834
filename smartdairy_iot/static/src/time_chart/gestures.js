import { fitWindow, panWindow, pinchWindow, zoomWindow } from "./window";

const CLICK = 6; // pixels: less is a click, not a selection
const WHEEL = 0.002; // of the span, for each pixel that is scrolled
const KEYS = { "+": 0.5, "=": 0.5, "-": 2, _: 2 };
const PART = 0.25;

/**
 * Zoom by selecting with the mouse, by wheel (with Ctrl, or once the chart has the focus), with
 * one finger (pan) or two (pinch), and with keys.
 */
export class Gestures {
    /**
     * @param {() => import("chart.js").Chart} getChart
     * @param {() => {start, end}} getWindow
     * @param {() => object} getLimits see `fitWindow`
     * @param {(window: {start, end}) => void} onZoom
     */
    constructor({ getChart, getWindow, getLimits, onZoom }) {
        Object.assign(this, { getChart, getWindow, getLimits, onZoom });
        this.fingers = new Map();
        this.begun = null;
    }

    zoom(factor, at) {
        this.onZoom(zoomWindow(this.getWindow(), factor, at, this.getLimits()));
    }

    pan(part) {
        this.onZoom(panWindow(this.getWindow(), part, this.getLimits()));
    }

    /** @returns {boolean} whether the key was one of ours */
    onKey({ key, shiftKey }) {
        if (key in KEYS) {
            this.zoom(KEYS[key]);
        } else if (shiftKey && key === "ArrowLeft") {
            this.pan(-PART);
        } else if (shiftKey && key === "ArrowRight") {
            this.pan(PART);
        } else {
            return false;
        }
        return true;
    }

    onWheel(ev) {
        const hasFocus = ev.currentTarget === document.activeElement;
        if (!hasFocus && !ev.ctrlKey && !ev.metaKey) {
            return; // the page scrolls
        }
        ev.preventDefault();
        this.zoom(Math.exp(ev.deltaY * WHEEL), this.timeAt(ev));
    }

    onDown(ev) {
        if (ev.button) {
            return;
        }
        ev.target.setPointerCapture?.(ev.pointerId);
        this.fingers.set(ev.pointerId, this.pixelOf(ev));
        this.begin(ev.pointerType);
    }

    onMove(ev) {
        if (!this.fingers.has(ev.pointerId)) {
            return;
        }
        this.fingers.set(ev.pointerId, this.pixelOf(ev));
        const chart = this.getChart();
        const [x, other] = this.fingers.values();
        if (this.begun.isTouch) {
            const places = [x, other].filter((at) => at !== undefined);
            const next = this.drag(places.map((at) => this.partOf(at)));
            if (next) {
                this.onZoom(next);
            }
        } else {
            chart.selection = [this.begun.pixels[0], x];
            chart.draw();
        }
    }

    onUp(ev) {
        if (!this.fingers.delete(ev.pointerId)) {
            return;
        }
        const chart = this.getChart();
        const { selection } = chart;
        chart.selection = null;
        if (selection && ev.type === "pointerup") {
            this.select(selection);
        }
        chart.draw();
        if (this.fingers.size) {
            this.begin("touch");
        }
    }

    begin(pointerType) {
        const pixels = [...this.fingers.values()];
        this.begun = {
            pixels,
            isTouch: pointerType === "touch",
            window: this.getWindow(),
            instants: pixels.map((x) => this.getChart().scales.x.getValueForPixel(x)),
        };
    }

    drag(places) {
        const { window, instants } = this.begun;
        if (places.length > 1) {
            return pinchWindow(instants, places, this.getLimits());
        }
        const span = window.end - window.start;
        const start = instants[0] - places[0] * span;
        return fitWindow({ start, end: start + span }, this.getLimits());
    }

    select(pixels) {
        if (Math.abs(pixels[0] - pixels[1]) < CLICK) {
            return;
        }
        const { x } = this.getChart().scales;
        const [start, end] = pixels.map((at) => x.getValueForPixel(at)).sort((a, b) => a - b);
        this.onZoom(fitWindow({ start, end }, this.getLimits()));
    }

    pixelOf(ev) {
        const { canvas, chartArea } = this.getChart();
        const x = ev.clientX - canvas.getBoundingClientRect().left;
        return Math.min(Math.max(x, chartArea.left), chartArea.right);
    }

    partOf(pixel) {
        const { left, width } = this.getChart().chartArea;
        return (pixel - left) / width;
    }

    timeAt(ev) {
        return this.getChart().scales.x.getValueForPixel(this.pixelOf(ev));
    }
}
