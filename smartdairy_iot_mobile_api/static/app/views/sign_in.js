import { html, useState } from "../../lib/htm-preact.js";
import { api, OfflineError } from "../api.js";

const METHODS = { email: "Code that was sent to you by e-mail" };

/** A code out of a link waits for a tap: a link alone signs nobody in. */
export function SignIn({ code: linked }) {
    const [challenge, setChallenge] = useState(null);
    const [isPairing, setPairing] = useState(Boolean(linked));
    const [problem, setProblem] = useState("");
    const [busy, setBusy] = useState(false);

    async function submit(event) {
        event.preventDefault();
        const { login, password, code } = Object.fromEntries(new FormData(event.target));
        setBusy(true);
        setProblem("");
        try {
            if (isPairing) {
                await api.pair(code.trim());
            } else if (challenge) {
                await api.confirm(challenge.challenge, code.trim());
            } else {
                const asked = await api.signIn(login, password);
                setChallenge(asked);
            }
        } catch (error) {
            setProblem(describe(error));
        }
        setBusy(false);
    }

    const needsCode = isPairing || challenge;
    return html`<main class="sign-in">
        <h1>Dairy IoT</h1>
        <form onSubmit=${submit} aria-label="Sign in">
            ${
                needsCode
                    ? html`<label key="code">
                          ${isPairing ? "Pairing code of your preferences in Odoo" : METHODS[challenge.method] || "Code of your second factor"}
                          <input
                              name="code"
                              required
                              autocomplete="one-time-code"
                              autofocus
                              defaultValue=${isPairing ? linked : ""}
                          />
                      </label>`
                    : html`<label key="login">
                              Login
                              <input
                                  name="login"
                                  required
                                  autocomplete="username"
                                  autocapitalize="none"
                              />
                          </label>
                          <label key="password">
                              Password
                              <input
                                  name="password"
                                  type="password"
                                  required
                                  autocomplete="current-password"
                              />
                          </label>`
            }
            ${problem && html`<p class="problem" role="alert">${problem}</p>`}
            <button type="submit" class="primary" disabled=${busy}>
                ${busy ? "One moment …" : "Sign in"}
            </button>
        </form>
        <button
            type="button"
            class="link"
            onClick=${() => {
                setChallenge(null);
                setPairing(!needsCode);
            }}
        >
            ${needsCode ? "Use login and password" : "Use a pairing code"}
        </button>
    </main>`;
}

function describe(error) {
    if (error instanceof OfflineError) {
        return "The server does not answer. Is the phone in a network?";
    }
    if (error.status === 429) {
        return `Too many attempts: wait ${error.retryAfter || 60} seconds.`;
    }
    return error.message;
}
