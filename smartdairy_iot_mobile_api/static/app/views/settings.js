import { html, useState } from "../../lib/htm-preact.js";
import { api } from "../api.js";
import { title } from "../words.js";
import { Freshness, useLoaded } from "./parts.js";

const LEVELS = ["low", "medium", "high", "critical", "never"];
const CHANNELS = { pushFrom: "Push", emailFrom: "E-mail", smsFrom: "SMS", odooFrom: "In Odoo" };

export function Settings({ isPairing }) {
    const loaded = useLoaded("seen.preferences", () => api.get("/preferences"), 300);
    const [said, setSaid] = useState("");
    const preferences = loaded.data;

    async function change(body) {
        try {
            await api.patch("/preferences", body);
            setSaid("Saved.");
        } catch (error) {
            setSaid(error.status ? error.message : "No connection: nothing was changed.");
        }
        await loaded.reload();
    }

    return html`<main>
        <h1>Settings</h1>
        ${
            isPairing &&
            html`<p class="old" role="alert">
                This device is signed in already. To pair it with another account, sign out first.
            </p>`
        }
        <${Freshness} loaded=${loaded} />
        <p class="hint" role="status">${said}</p>
        ${
            preferences &&
            html`<p>Signed in as <strong>${preferences.name}</strong> (${preferences.login})</p>
                <h2>Tell me from which severity</h2>
                ${Object.entries(CHANNELS).map(
                    ([key, label]) =>
                        html`<label key=${key} class="row">
                            ${label}
                            <select
                                name=${key}
                                value=${preferences.notifications[key]}
                                onChange=${(event) => change({ notifications: { [key]: event.target.value } })}
                            >
                                ${LEVELS.map((level) => html`<option key=${level} value=${level} selected=${level === preferences.notifications[key]}>${title(level)}</option>`)}
                            </select>
                        </label>`
                )}
                <h2>Language</h2>
                <form
                    class="row"
                    onSubmit=${(event) => {
                        event.preventDefault();
                        change({ language: new FormData(event.target).get("language") });
                    }}
                >
                    <label>
                        Of what the server writes, such as alerts
                        <input
                            name="language"
                            required
                            value=${preferences.language || ""}
                            placeholder="en_US"
                            maxlength="10"
                        />
                    </label>
                    <button type="submit">Save</button>
                </form>`
        }
        <h2>This device</h2>
        <button type="button" class="sign-out" onClick=${() => api.signOut()}>Sign out</button>
        <p class="hint">What was seen of the farms is removed from this device.</p>
    </main>`;
}
