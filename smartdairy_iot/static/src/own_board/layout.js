/** Pure: changes of a layout. Each gives a new one, so that any can be undone. */

export const MOST_COLUMNS = 4;
export const MOST_ROWS = 3;
export const SPANS = ["1h", "6h", "24h", "7d", "30d"];
export const KPIS = ["online", "offline", "alarm", "alerts", "temperature"];

const SIZES = {
    tile: [1, 1],
    chart: [2, 2],
    kpi: [1, 1],
    alerts: [2, 2],
    tank: [1, 1],
};

export const emptyLayout = () => ({ version: 1, widgets: [] });

function withWidgets(layout, widgets) {
    return { ...layout, widgets };
}

function freeId(layout) {
    const taken = new Set(layout.widgets.map(({ id }) => id));
    let number = layout.widgets.length + 1;
    while (taken.has(`w${number}`)) {
        number++;
    }
    return `w${number}`;
}

export function add(layout, type, options) {
    const [width, height] = SIZES[type];
    const widget = { id: freeId(layout), type, width, height, ...options };
    return withWidgets(layout, [...layout.widgets, widget]);
}

export function remove(layout, id) {
    return withWidgets(
        layout,
        layout.widgets.filter((widget) => widget.id !== id)
    );
}

/** To the place before that of another one; null: to the end. */
export function moveBefore(layout, id, beforeId) {
    const moved = layout.widgets.find((widget) => widget.id === id);
    const others = layout.widgets.filter((widget) => widget.id !== id);
    const found = others.findIndex((widget) => widget.id === beforeId);
    const at = found < 0 ? others.length : found;
    return withWidgets(layout, [...others.slice(0, at), moved, ...others.slice(at)]);
}

/** @param {number} step -1: earlier, 1: later */
export function moveBy(layout, id, step) {
    const from = layout.widgets.findIndex((widget) => widget.id === id);
    const to = from + step;
    if (from < 0 || to < 0 || to >= layout.widgets.length) {
        return layout;
    }
    const widgets = [...layout.widgets];
    widgets.splice(to, 0, ...widgets.splice(from, 1));
    return withWidgets(layout, widgets);
}

export function resize(layout, id, columns, rows) {
    const clamp = (value, most) => Math.min(most, Math.max(1, value));
    return withWidgets(
        layout,
        layout.widgets.map((widget) =>
            widget.id === id
                ? {
                      ...widget,
                      width: clamp(widget.width + columns, MOST_COLUMNS),
                      height: clamp(widget.height + rows, MOST_ROWS),
                  }
                : widget
        )
    );
}

/** What was, step by step. */
export class History {
    constructor(layout, most = 50) {
        this.current = layout;
        this.past = [];
        this.most = most;
    }

    push(layout) {
        if (layout !== this.current) {
            this.past = [...this.past, this.current].slice(-this.most);
            this.current = layout;
        }
        return this.current;
    }

    undo() {
        this.current = this.past.pop() ?? this.current;
        return this.current;
    }

    get canUndo() {
        return this.past.length > 0;
    }
}
