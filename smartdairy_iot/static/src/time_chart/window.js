/** Pure: which part of time is shown. A window is `{start, end}`, in milliseconds. */
import { clamp } from "@web/core/utils/numbers";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const SHORTEST = 2 * MINUTE;
const LONGEST = 90 * DAY;

/**
 * The nearest window that is neither too short nor too long, nor after the latest time.
 *
 * @param {{start: number, end: number}} window
 * @param {{shortest?: number, longest?: number, latest?: number}} limits
 */
export function fitWindow({ start, end }, limits = {}) {
    const { shortest = SHORTEST, longest = LONGEST, latest = Infinity } = limits;
    const span = clamp(end - start, shortest, longest);
    const middle = (start + end) / 2;
    const last = Math.min(Math.round(middle + span / 2), latest);
    return { start: last - Math.round(span), end: last };
}

/**
 * @param {number} factor of the span: 0.5 shows half of it
 * @param {number} at the instant that stays where it is
 */
export function zoomWindow({ start, end }, factor, at = (start + end) / 2, limits = {}) {
    const { shortest = SHORTEST, longest = LONGEST } = limits;
    const span = end - start;
    // Not the middle of what would be too much: `at` stays where it is.
    const scale = clamp(factor, shortest / span, longest / span);
    return fitWindow({ start: at - (at - start) * scale, end: at + (end - at) * scale }, limits);
}

/** @param {number} part of the span; negative is earlier */
export function panWindow({ start, end }, part, limits = {}) {
    const by = (end - start) * part;
    return fitWindow({ start: start + by, end: end + by }, limits);
}

/**
 * Two fingers: each instant stays under its own.
 *
 * @param {[number, number]} instants that the fingers took hold of
 * @param {[number, number]} places where they are now, as parts of the width
 */
export function pinchWindow(instants, places, limits = {}) {
    const apart = places[1] - places[0];
    if (Math.abs(apart) < 0.02) {
        return null;
    }
    const span = (instants[1] - instants[0]) / apart;
    if (span <= 0) {
        return null;
    }
    const start = instants[0] - places[0] * span;
    return fitWindow({ start, end: start + span }, limits);
}
