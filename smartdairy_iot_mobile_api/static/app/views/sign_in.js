import { html, useState } from "../../lib/htm-preact.js";
import { api, OfflineError } from "../api.js";
import { fill, say } from "../language.js";

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
        <h1>${say.appName}</h1>
        <form onSubmit=${submit} aria-label=${say.signIn}>
            ${
                needsCode
                    ? html`<label key="code">
                          ${isPairing ? say.pairingCode : challenge.method === "email" ? say.emailCode : say.secondFactor}
                          <input
                              name="code"
                              required
                              autocomplete="one-time-code"
                              autofocus
                              defaultValue=${isPairing ? linked : ""}
                          />
                      </label>`
                    : html`<label key="login">
                              ${say.login}
                              <input
                                  name="login"
                                  required
                                  autocomplete="username"
                                  autocapitalize="none"
                              />
                          </label>
                          <label key="password">
                              ${say.password}
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
                ${busy ? say.moment : say.signIn}
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
            ${needsCode ? say.usePassword : say.usePairing}
        </button>
    </main>`;
}

function describe(error) {
    if (error instanceof OfflineError) {
        return say.noServer;
    }
    if (error.status === 429) {
        return fill(say.tooMany, { seconds: error.retryAfter || 60 });
    }
    return error.message;
}
