/** Near enough to be seen with the next turn of the wheel. */
const MARGIN = "200px";

/** Which elements are on the screen; one observer for a thousand tiles. */
export class Visibility {
    constructor() {
        this.callbacks = new Map();
        this.observer = new IntersectionObserver((entries) => this.onChange(entries), {
            rootMargin: MARGIN,
        });
    }

    onChange(entries) {
        for (const { target, isIntersecting } of entries) {
            this.callbacks.get(target)?.(isIntersecting);
        }
    }

    /**
     * @param {Element} element
     * @param {(isVisible: boolean) => void} callback called soon, and at each change
     * @returns {() => void} stops it
     */
    observe(element, callback) {
        this.callbacks.set(element, callback);
        this.observer.observe(element);
        return () => {
            this.callbacks.delete(element);
            this.observer.unobserve(element);
        };
    }
}
