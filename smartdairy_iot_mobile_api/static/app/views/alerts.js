import { html, useEffect, useRef, useState } from "../../lib/htm-preact.js";
import { api } from "../api.js";
import { fill, say } from "../language.js";
import { ago, compareAlerts } from "../words.js";
import { Freshness, Severity, useLoaded } from "./parts.js";

const CAUSES = [
    ...["door", "power", "cleaning", "defrost"],
    ...["filling", "chiller", "sensor", "other"],
];

async function load() {
    const { alerts } = await api.get("/alerts", { limit: 200 });
    const open = alerts.filter(({ state }) => !["resolved", "dismissed"].includes(state));
    return open.sort(compareAlerts);
}

function merge(data, messages) {
    return messages.some(({ type }) => type === "alert") ? null : data;
}

export function Alerts() {
    const loaded = useLoaded("seen.alerts", load, merge);
    const [chosen, setChosen] = useState(null);
    const alerts = loaded.data || [];
    return html`<main>
        <h1>${say.alerts}</h1>
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
                                      ><span aria-hidden="true">✓</span> ${
                                          alert.acknowledgedBy
                                              ? fill(say.acknowledgedBy, {
                                                    name: alert.acknowledgedBy,
                                                })
                                              : say.acknowledged
                                      }</span
                                  >`
                                : html`<button
                                      type="button"
                                      class="primary"
                                      aria-label=${fill(say.acknowledgeWhat, {
                                          device: alert.deviceName,
                                          message: alert.message,
                                      })}
                                      onClick=${() => setChosen(alert)}
                                  >
                                      ${say.acknowledge}
                                  </button>`
                        }
                    </li>`
            )}
        </ul>
        ${loaded.data && !alerts.length && html`<p class="hint"><span aria-hidden="true">✓</span> ${say.noAlerts}</p>`}
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
            setProblem(error.status ? error.message : say.notAcknowledged);
            setBusy(false);
        }
    }

    return html`<dialog ref=${dialog} onClose=${onClose} aria-labelledby="acknowledge">
        <form onSubmit=${submit}>
            <h2 id="acknowledge">${say.acknowledge}</h2>
            <p>${alert.deviceName}: ${alert.message}</p>
            <label>
                ${say.cause}
                <select name="cause">
                    <option value="">${say.unknown}</option>
                    ${CAUSES.map((cause) => html`<option value=${cause}>${say[cause]}</option>`)}
                </select>
            </label>
            <label>${say.note}<input name="note" maxlength="2000" /></label>
            <label>${say.done}<input name="action" maxlength="2000" /></label>
            ${problem && html`<p class="problem" role="alert">${problem}</p>`}
            <div class="buttons">
                <button type="submit" class="primary" disabled=${busy}>${say.acknowledge}</button>
                <button type="button" onClick=${onClose}>${say.cancel}</button>
            </div>
        </form>
    </dialog>`;
}
