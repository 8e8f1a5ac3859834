import { html, useCallback, useEffect, useRef, useState } from "../../lib/htm-preact.js";
import { OfflineError } from "../api.js";
import { keep, kept } from "../kept.js";
import { ago, clock } from "../words.js";

/**
 * What `load` brings, again every `seconds` while the page is seen. What was seen last is there at
 * once and without a network, with its time.
 *
 * @returns {{data, at: number, error: Error | null, reload: () => Promise<void>}}
 */
export function useLoaded(name, load, seconds = 15) {
    const [state, setState] = useState(() => ({ data: null, at: 0, error: null, ...kept(name) }));
    const wanted = useRef(name);
    wanted.current = name;
    const show = (next) => wanted.current === name && setState(next);
    const reload = useCallback(async () => {
        try {
            const seen = { data: await load(), at: Date.now() };
            keep(name, seen);
            show({ ...seen, error: null });
        } catch (error) {
            show((before) => ({ ...before, error }));
        }
    }, [name]);
    useEffect(() => {
        const look = () => document.visibilityState === "visible" && reload();
        show((before) => ({ ...before, error: null, ...kept(name) }));
        look();
        const timer = setInterval(look, seconds * 1000);
        document.addEventListener("visibilitychange", look);
        window.addEventListener("online", look);
        return () => {
            clearInterval(timer);
            document.removeEventListener("visibilitychange", look);
            window.removeEventListener("online", look);
        };
    }, [reload]);
    return { ...state, reload };
}

/** Never quietly old: says when this was read, and why it is not newer. */
export function Freshness({ loaded }) {
    const { data, at, error } = loaded;
    if (!error) {
        return data ? null : html`<p class="hint" role="status">Loading …</p>`;
    }
    const why = error instanceof OfflineError ? "No connection." : error.message;
    return html`<p class="old" role="alert">
        ${why} ${at > 0 && `What you see is from ${clock(at)}.`}
        <button type="button" onClick=${loaded.reload}>Try again</button>
    </p>`;
}

const MARKS = { critical: "⬤", high: "▲", medium: "◆", low: "○" };

export function Severity({ of }) {
    return html`<span class="severity" data-severity=${of}>
        <span aria-hidden="true">${MARKS[of]}</span> ${of}
    </span>`;
}

export function DeviceState({ device }) {
    const [level, mark, text] = !device.isOnline
        ? ["offline", "✕", "Offline"]
        : device.alertCount
          ? ["alarm", "▲", `${device.alertCount} alert${device.alertCount > 1 ? "s" : ""}`]
          : ["ok", "✓", "OK"];
    return html`<span class="state" data-level=${level}>
        <span aria-hidden="true">${mark}</span> ${text}
        <span class="age"> · ${ago(device.lastSeen)}</span>
    </span>`;
}
