/** The mobile API, and nothing else of Odoo. */
import { forgetAll, keep, kept } from "./kept.js";

const BASE = "/api/v1/iot";
const PATIENCE = 15_000;

/** What the API refused: `code` for programs, `message` for people. */
export class ApiError extends Error {
    constructor(status, { code = "error", message = "", field = null } = {}, retryAfter = 0) {
        super(message || `HTTP ${status}`);
        Object.assign(this, { status, code, field, retryAfter });
    }
}

/** No answer at all: the phone or the server has no network. */
export class OfflineError extends Error {}

async function send(method, path, { body, token } = {}) {
    let response;
    try {
        response = await fetch(BASE + path, {
            method,
            credentials: "omit",
            signal: AbortSignal.timeout(PATIENCE),
            headers: {
                ...(token && { Authorization: `Bearer ${token}` }),
                ...(body && { "Content-Type": "application/json" }),
            },
            body: body && JSON.stringify(body),
        });
    } catch (error) {
        throw new OfflineError(error.message);
    }
    const data = response.status === 204 ? {} : await response.json().catch(() => ({}));
    if (!response.ok) {
        throw new ApiError(response.status, data, Number(response.headers.get("Retry-After")));
    }
    return data;
}

export class Api extends EventTarget {
    /** In memory only: it lives for minutes. */
    access = null;
    refreshing = null;

    get isSignedIn() {
        return Boolean(kept("refresh"));
    }

    open(tokens) {
        this.access = tokens.accessToken;
        keep("refresh", tokens.refreshToken);
        keep("user", tokens.user);
        this.dispatchEvent(new Event("change"));
    }

    /** @returns {Promise<object | null>} what asks for a second factor; null: signed in */
    async signIn(login, password) {
        const body = { login, password, device: describeDevice() };
        const answer = await send("POST", "/auth/login", { body });
        const tokens = answer.tokens || (answer.accessToken && answer);
        if (!tokens) {
            return answer.challenge;
        }
        this.open(tokens);
        return null;
    }

    async confirm(challenge, code) {
        const body = { challenge, code, device: describeDevice() };
        this.open(await send("POST", "/auth/totp", { body }));
    }

    async pair(code) {
        this.open(await send("POST", "/auth/pair", { body: { code, device: describeDevice() } }));
    }

    async signOut() {
        try {
            await this.post("/auth/logout");
        } catch {
            // The server is away, or has ended it before: this phone forgets it in any case.
        }
        this.end();
    }

    end() {
        this.access = null;
        forgetAll();
        this.dispatchEvent(new Event("change"));
    }

    /** One at a time, also of two tabs: a refresh token is good for one use. */
    refresh() {
        const exchange = async () => {
            const refreshToken = kept("refresh");
            if (!refreshToken) {
                throw new ApiError(401);
            }
            let tokens;
            try {
                tokens = await send("POST", "/auth/refresh", { body: { refreshToken } });
            } catch (error) {
                if (error.status === 401) {
                    this.end();
                }
                throw error;
            }
            if (kept("refresh") !== refreshToken) {
                throw new ApiError(401); // Signed out meanwhile: the answer signs nobody in.
            }
            this.open(tokens);
        };
        const alone = () =>
            navigator.locks
                ? navigator.locks.request("smartdairy_iot.refresh", exchange)
                : exchange();
        this.refreshing ??= alone().finally(() => (this.refreshing = null));
        return this.refreshing;
    }

    async token() {
        if (!this.access) {
            await this.refresh();
        }
        return this.access;
    }

    /** Who is signed in, also of what another tab has done; null: nobody. */
    get person() {
        return kept("user")?.id ?? null;
    }

    async ask(method, path, body) {
        const token = await this.token();
        try {
            return await send(method, path, { body, token });
        } catch (error) {
            if (error.status !== 401) {
                throw error;
            }
        }
        await this.refresh();
        return send(method, path, { body, token: this.access });
    }

    get(path, query = {}) {
        const given = Object.entries(query).filter(
            ([, value]) => value !== undefined && value !== ""
        );
        return this.ask("GET", given.length ? `${path}?${new URLSearchParams(given)}` : path);
    }

    post(path, body) {
        return this.ask("POST", path, body);
    }

    patch(path, body) {
        return this.ask("PATCH", path, body);
    }
}

function describeDevice() {
    const name = `${navigator.userAgentData?.platform || navigator.platform || "Browser"} (web)`;
    return { name: name.slice(0, 60), platform: "web", language: navigator.language };
}

export const api = new Api();
