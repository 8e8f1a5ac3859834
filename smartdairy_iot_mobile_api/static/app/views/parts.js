import { html, useCallback, useEffect, useRef, useState } from "../../lib/htm-preact.js";
import { api, OfflineError } from "../api.js";
import { keep, kept } from "../kept.js";
import { fill, say } from "../language.js";
import { live } from "../live.js";
import { ago, clock } from "../words.js";

const POLL = 15; // seconds, while there is no live connection
const CHECK = 60; // while there is one: it may be dead without saying so
const TOGETHER = 500; // ms: what makes one read again is often told several times

/** Of answers that overtake each other the later counts, and with it the news that came meanwhile. */
class Answers {
    asked = 0;
    shown = 0;
    waiting = new Set();

    /** @returns {Promise<object | null>} null: a later one was faster */
    async take(load, merge) {
        const turn = ++this.asked;
        const since = [];
        this.waiting.add(since);
        try {
            const data = await load();
            if (turn < this.shown) {
                return null;
            }
            this.shown = turn;
            return since.length ? (merge(data, since) ?? data) : data;
        } finally {
            this.waiting.delete(since);
        }
    }

    hear(messages) {
        this.waiting.forEach((since) => since.push(...messages));
    }
}

/**
 * What `load` brings, kept up by what comes over the websocket; while there is none, read again and
 * again. What was seen last is there at once and without a network, with its time.
 *
 * @param {(data, messages: object[]) => object | null} merge what the data are after these
 *  messages; null: they must be read again
 * @returns {{data, at: number, error: Error | null, reload: () => Promise<void>}}
 */
export function useLoaded(name, load, merge = (data) => data) {
    const [state, setState] = useState(() => ({ data: null, at: 0, error: null, ...kept(name) }));
    const wanted = useRef(name);
    const asked = useRef(0);
    const answers = useRef(null);
    answers.current ??= new Answers();
    wanted.current = name;
    const show = (next) => wanted.current === name && setState(next);
    const reload = useCallback(async () => {
        const person = api.person;
        asked.current = Date.now();
        try {
            const data = await answers.current.take(load, merge);
            if (!data) {
                return;
            }
            const seen = { data, at: Date.now() };
            if (person !== null && person === api.person) {
                keep(name, seen);
            }
            show({ ...seen, error: null });
        } catch (error) {
            if (error instanceof OfflineError) {
                live.drop();
            }
            show((before) => ({ ...before, error }));
        }
    }, [name]);
    useEffect(() => {
        let soon = null;
        const isSeen = () => document.visibilityState === "visible";
        const look = () => isSeen() && reload();
        const lookSoon = () => {
            clearTimeout(soon);
            soon = setTimeout(look, TOGETHER);
        };
        const tick = () => {
            const seconds = live.state === "live" ? CHECK : POLL;
            if (Date.now() - asked.current >= seconds * 1000) {
                look();
            } else {
                show((before) => ({ ...before })); // "12 s ago" goes on
            }
        };
        const hear = ({ messages }) => {
            answers.current.hear(messages);
            show((before) => {
                const data = before.data && merge(before.data, messages);
                if (data === null) {
                    lookSoon();
                    return before;
                }
                return data === before.data ? before : { ...before, data, at: Date.now() };
            });
        };
        show((before) => ({ ...before, error: null, ...kept(name) }));
        look();
        const timer = setInterval(tick, POLL * 1000);
        document.addEventListener("visibilitychange", look);
        window.addEventListener("online", look);
        live.addEventListener("open", lookSoon);
        live.addEventListener("news", hear);
        return () => {
            clearTimeout(soon);
            clearInterval(timer);
            document.removeEventListener("visibilitychange", look);
            window.removeEventListener("online", look);
            live.removeEventListener("open", lookSoon);
            live.removeEventListener("news", hear);
        };
    }, [reload]);
    return { ...state, reload };
}

function useLiveState() {
    const [state, setState] = useState(live.state);
    useEffect(() => {
        const look = () => setState(live.state);
        look();
        live.addEventListener("change", look);
        return () => live.removeEventListener("change", look);
    }, []);
    return state;
}

/** Never quietly old: whether news come by themselves, when this was read, why it is not newer. */
export function Freshness({ loaded }) {
    const { data, at, error } = loaded;
    const state = useLiveState();
    if (error) {
        const why = error instanceof OfflineError ? say.noConnection : error.message;
        return html`<p class="old" role="alert">
            ${why} ${at > 0 && fill(say.seenAt, { time: clock(at) })}${" "}
            <button type="button" onClick=${loaded.reload}>${say.again}</button>
        </p>`;
    }
    const text = !data
        ? say.loading
        : state === "live"
          ? say.live
          : state === "reconnecting"
            ? fill(say.reconnecting, { seconds: POLL })
            : say.connecting;
    return html`<p class="hint freshness" role="status" data-live=${data && state}>${text}</p>`;
}

const MARKS = { critical: "⬤", high: "▲", medium: "◆", low: "○" };

export function Severity({ of }) {
    return html`<span class="severity" data-severity=${of}>
        <span aria-hidden="true">${MARKS[of]}</span> ${say[of] || of}
    </span>`;
}

export function DeviceState({ device }) {
    const { alertCount: count } = device;
    const [level, mark, text] = !device.isOnline
        ? ["offline", "✕", say.offline]
        : count
          ? ["alarm", "▲", count > 1 ? fill(say.manyAlerts, { count }) : say.oneAlert]
          : ["ok", "✓", say.ok];
    return html`<span class="state" data-level=${level}>
        <span aria-hidden="true">${mark}</span> ${text}
        <span class="age"> · ${ago(device.lastSeen)}</span>
    </span>`;
}
