/** Pure: which alert stands in which column, and what dragging it there means. */
import { _t } from "@web/core/l10n/translation";
import { compareAlerts, severityLabel, toMillis } from "../telemetry/format";

/** The buttons of form and list, which ask for what is lacking. */
export const METHODS = {
    acknowledge: "action_acknowledge_selected",
    resolve: "action_resolve_selected",
    dismiss: "action_dismiss_selected",
    assign: "action_assign_selected",
};

/** Column → what is done to an alert that is dropped there. */
const DROPS = { acknowledged: "acknowledge", resolved: "resolve", dismissed: "dismiss" };

/**
 * @param {object[]} open as in the live store
 * @param {object[]} ended newest first
 */
export function columnsOf(open, ended) {
    const of = (test) => open.filter(test).sort(compareAlerts);
    return [
        { id: "new", label: _t("New"), alerts: of((a) => a.state === "new") },
        {
            id: "acknowledged",
            label: _t("Acknowledged"),
            alerts: of((a) => a.state === "acknowledged"),
        },
        {
            id: "resolved",
            label: _t("Resolved today"),
            alerts: ended.filter((a) => a.state === "resolved"),
        },
        {
            id: "dismissed",
            label: _t("Dismissed today"),
            alerts: ended.filter((a) => a.state === "dismissed"),
        },
    ];
}

/** @returns {string | null} what dropping it there does; null where it cannot be dropped */
export function dropOf(alert, columnId) {
    const isOpen = ["new", "acknowledged"].includes(alert.state);
    return isOpen && alert.state !== columnId ? (DROPS[columnId] ?? null) : null;
}

/** What may be done with it, the next step first. */
export function stepsOf(alert) {
    const steps = [
        { id: "acknowledge", label: _t("Acknowledge"), icon: "fa-check" },
        { id: "resolve", label: _t("Resolve"), icon: "fa-flag-checkered" },
        { id: "assign", label: _t("Assign"), icon: "fa-user" },
        { id: "dismiss", label: _t("Dismiss"), icon: "fa-times" },
    ];
    if (!["new", "acknowledged"].includes(alert.state)) {
        return [];
    }
    return alert.state === "new" ? steps : steps.slice(1);
}

export function filterAlerts(alerts, { severity, farm }) {
    return alerts.filter(
        (alert) => (!severity || alert.severity === severity) && (!farm || alert.farm_id === farm)
    );
}

export const EXPORTED = [
    _t("Status"),
    _t("Severity"),
    _t("Device"),
    _t("Alert"),
    _t("Started (UTC)"),
    _t("Acknowledged (UTC)"),
    _t("Cleared (UTC)"),
    _t("Acknowledged by"),
    _t("Assigned to"),
];

export const TIMELINE = [
    _t("Device"),
    _t("Severity"),
    _t("Alert"),
    _t("Started (UTC)"),
    _t("Ended (UTC)"),
];

const time = (iso) => (iso ? new Date(toMillis(iso)).toISOString().slice(0, 19) : null);

export function timelineRows(spans) {
    return spans.map((span) => [
        span.device_name,
        String(severityLabel(span.severity)),
        span.message,
        time(span.start),
        time(span.end),
    ]);
}

export function toRows(columns) {
    return columns.flatMap(({ label, alerts }) =>
        alerts.map((alert) => [
            String(label),
            String(severityLabel(alert.severity)),
            alert.device_name,
            alert.message,
            time(alert.created_at),
            time(alert.acknowledged_at),
            time(alert.cleared_at),
            alert.acknowledged_by || null,
            alert.assigned_to || null,
        ])
    );
}
