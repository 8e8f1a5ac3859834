import { html, useState } from "../../lib/htm-preact.js";
import { api } from "../api.js";
import { fill, follow, say } from "../language.js";
import { Freshness, useLoaded } from "./parts.js";

const LEVELS = ["low", "medium", "high", "critical", "never"];
const CHANNELS = { pushFrom: "push", emailFrom: "email", smsFrom: "sms", odooFrom: "inOdoo" };

async function load() {
    const preferences = await api.get("/preferences");
    if (preferences.language) {
        await follow(preferences.language);
    }
    return preferences;
}

export function Settings({ isPairing }) {
    const loaded = useLoaded("seen.preferences", load);
    const [said, setSaid] = useState("");
    const preferences = loaded.data;

    async function change(body) {
        try {
            await api.patch("/preferences", body);
            setSaid(say.saved);
        } catch (error) {
            setSaid(error.status ? error.message : say.notSaved);
        }
        await loaded.reload();
    }

    return html`<main>
        <h1>${say.settings}</h1>
        ${isPairing && html`<p class="old" role="alert">${say.alreadySignedIn}</p>`}
        <${Freshness} loaded=${loaded} />
        <p class="hint" role="status">${said}</p>
        ${
            preferences &&
            html`<p>${fill(say.signedInAs, preferences)}</p>
                <h2>${say.fromSeverity}</h2>
                ${Object.entries(CHANNELS).map(
                    ([key, label]) =>
                        html`<label key=${key} class="row">
                            ${say[label]}
                            <select
                                name=${key}
                                value=${preferences.notifications[key]}
                                onChange=${(event) => change({ notifications: { [key]: event.target.value } })}
                            >
                                ${LEVELS.map((level) => html`<option key=${level} value=${level} selected=${level === preferences.notifications[key]}>${level === "never" ? say.neverTell : say[level]}</option>`)}
                            </select>
                        </label>`
                )}
                <h2>${say.language}</h2>
                <form
                    class="row"
                    onSubmit=${(event) => {
                        event.preventDefault();
                        change({ language: new FormData(event.target).get("language") });
                    }}
                >
                    <label>
                        ${say.languageCode}
                        <input
                            name="language"
                            required
                            value=${preferences.language || ""}
                            placeholder="en_US"
                            maxlength="10"
                        />
                    </label>
                    <button type="submit">${say.save}</button>
                </form>`
        }
        <h2>${say.thisDevice}</h2>
        <button type="button" class="sign-out" onClick=${() => api.signOut()}>
            ${say.signOut}
        </button>
        <p class="hint">${say.signOutHint}</p>
    </main>`;
}
