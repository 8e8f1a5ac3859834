/** Numbers and times in the person's language, and the order of alerts. */
import { say } from "./language.js";

const locale = () => document.documentElement.lang || undefined;

export function ago(iso, now = Date.now()) {
    const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
    if (!iso || isNaN(seconds)) {
        return say.never;
    }
    const [length, unit] = [
        [86400, "day"],
        [3600, "hour"],
        [60, "minute"],
        [1, "second"],
    ].find(([length]) => seconds >= length) || [1, "second"];
    const format = new Intl.RelativeTimeFormat(locale(), { style: "narrow" });
    return format.format(-Math.floor(seconds / length), unit);
}

export function quantity(value, unit) {
    if (typeof value !== "number") {
        return "–";
    }
    const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: 2 }).format(value);
    return unit ? `${number} ${unit}` : number;
}

export function clock(millis) {
    return new Date(millis).toLocaleTimeString(locale(), { timeStyle: "short" });
}

export function day(millis) {
    return new Date(millis).toLocaleDateString(locale());
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
