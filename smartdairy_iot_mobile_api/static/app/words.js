/** Numbers, times and the API's own words, for people. */

export function ago(iso, now = Date.now()) {
    const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
    if (!iso || isNaN(seconds)) {
        return "never";
    }
    for (const [length, unit] of [
        [86400, "d"],
        [3600, "h"],
        [60, "min"],
    ]) {
        if (seconds >= length) {
            return `${Math.floor(seconds / length)} ${unit} ago`;
        }
    }
    return `${seconds} s ago`;
}

export function quantity(value, unit) {
    if (typeof value !== "number") {
        return "–";
    }
    const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(value);
    return unit ? `${number} ${unit}` : number;
}

export function clock(millis) {
    return new Date(millis).toLocaleTimeString([], { timeStyle: "short" });
}

export function title(word) {
    const text = String(word || "").replaceAll("_", " ");
    return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Worst first; in one severity the newest. */
const SEVERITIES = ["critical", "high", "medium", "low"];
export function compareAlerts(a, b) {
    return (
        Boolean(a.acknowledgedAt) - Boolean(b.acknowledgedAt) ||
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        Date.parse(b.createdAt) - Date.parse(a.createdAt)
    );
}
