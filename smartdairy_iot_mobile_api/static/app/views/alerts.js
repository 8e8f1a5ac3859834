import { html, useEffect, useRef, useState } from "../../lib/htm-preact.js";
import { api } from "../api.js";
import { ago, compareAlerts } from "../words.js";
import { Freshness, Severity, useLoaded } from "./parts.js";

const CAUSES = {
    door: "Door or lid open",
    power: "Power",
    cleaning: "Cleaning",
    defrost: "Defrost",
    filling: "Filling",
    chiller: "Chiller",
    sensor: "Sensor",
    other: "Something else",
};

async function load() {
    const { alerts } = await api.get("/alerts", { limit: 200 });
    const open = alerts.filter(({ state }) => !["resolved", "dismissed"].includes(state));
    return open.sort(compareAlerts);
}

export function Alerts() {
    const loaded = useLoaded("seen.alerts", load);
    const [chosen, setChosen] = useState(null);
    const alerts = loaded.data || [];
    return html`<main>
        <h1>Alerts</h1>
        <${Freshness} loaded=${loaded} />
        <ul class="cards">
            ${alerts.map(
                (alert) =>
                    html`<li
                        key=${alert.id}
                        class="card alert"
                        data-severity=${alert.severity}
                        data-alert-id=${alert.id}
                    >
                        <${Severity} of=${alert.severity} />
                        <a class="name" href=${`#/device/${encodeURIComponent(alert.deviceId)}`}
                            >${alert.deviceName}</a
                        >
                        <span dir="auto">${alert.message}</span>
                        <span class="age">${ago(alert.createdAt)}</span>
                        ${
                            alert.acknowledgedAt
                                ? html`<span class="done"
                                      >✓
                                      Acknowledged${alert.acknowledgedBy ? ` by ${alert.acknowledgedBy}` : ""}</span
                                  >`
                                : html`<button
                                      type="button"
                                      class="primary"
                                      aria-label=${`Acknowledge: ${alert.deviceName}, ${alert.message}`}
                                      onClick=${() => setChosen(alert)}
                                  >
                                      Acknowledge
                                  </button>`
                        }
                    </li>`
            )}
        </ul>
        ${loaded.data && !alerts.length && html`<p class="hint">✓ No alerts. All is well.</p>`}
        ${
            chosen &&
            html`<${Acknowledge}
                key=${chosen.id}
                alert=${chosen}
                onClose=${() => setChosen(null)}
                onDone=${() => {
                    setChosen(null);
                    loaded.reload();
                }}
            />`
        }
    </main>`;
}

/** With what caused it: some farms ask for that, the others are glad of it. */
function Acknowledge({ alert, onClose, onDone }) {
    const dialog = useRef(null);
    const [problem, setProblem] = useState("");
    const [busy, setBusy] = useState(false);
    useEffect(() => dialog.current.showModal(), []);

    async function submit(event) {
        event.preventDefault();
        const { cause, note, action } = Object.fromEntries(new FormData(event.target));
        const body = {
            ...(cause && { cause }),
            ...(note && { causeNote: note }),
            ...(action && { correctiveAction: action }),
        };
        setBusy(true);
        setProblem("");
        try {
            await api.post(`/alerts/${alert.id}/acknowledge`, body);
            onDone();
        } catch (error) {
            setProblem(
                error.status ? error.message : "No connection: it is not acknowledged. Try again."
            );
            setBusy(false);
        }
    }

    return html`<dialog ref=${dialog} onClose=${onClose} aria-labelledby="acknowledge">
        <form onSubmit=${submit}>
            <h2 id="acknowledge">Acknowledge</h2>
            <p>${alert.deviceName}: ${alert.message}</p>
            <label>
                Cause
                <select name="cause">
                    <option value="">Not known yet</option>
                    ${Object.entries(CAUSES).map(([value, label]) => html`<option value=${value}>${label}</option>`)}
                </select>
            </label>
            <label>Note<input name="note" maxlength="2000" /></label>
            <label>What was done<input name="action" maxlength="2000" /></label>
            ${problem && html`<p class="problem" role="alert">${problem}</p>`}
            <div class="buttons">
                <button type="submit" class="primary" disabled=${busy}>Acknowledge</button>
                <button type="button" onClick=${onClose}>Cancel</button>
            </div>
        </form>
    </dialog>`;
}
