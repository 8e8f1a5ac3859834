import { registry } from "@web/core/registry";

const PATIENCE = 60_000; // ms, of a step; the web client allows no more

/**
 * A tour whose steps wait for a busy machine.
 *
 * @param {string} name
 * @param {() => Object[]} steps
 */
export function addTour(name, steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => steps().map((step) => ({ timeout: PATIENCE, ...step })),
    });
}
