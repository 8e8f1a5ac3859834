/**
 * News over Odoo's websocket, by the channels of docs/mobile-api.md: one connection for all views.
 *
 * Events: "change": of `state`; "open": it is connected, what was before must be read; "news".
 */
import { api } from "./api.js";

const TYPE = "smartdairy_iot/live";
const RENEW = 60_000; // the server sends readings for 90 s after each subscription
const WAITS = [1, 2, 5, 10, 30]; // seconds
const TOKEN_ENDED = 4001;

export class News extends Event {
    constructor(messages) {
        super("news");
        this.messages = messages;
    }
}

class Live extends EventTarget {
    /** "off" | "connecting" | "live" | "reconnecting" */
    state = "off";
    socket = null;
    tries = 0;
    last = 0;
    timer = null;

    start() {
        if (this.state === "off") {
            this.become("connecting");
            this.connect();
        }
    }

    stop() {
        this.release();
        this.tries = 0;
        this.become("off");
    }

    /** The network is gone: a connection does not tell so by itself. */
    drop() {
        if (this.state === "live") {
            this.retry();
        }
    }

    /** The network is back. */
    hurry() {
        if (this.state === "reconnecting") {
            this.tries = 0;
            this.connect();
        }
    }

    become(state) {
        this.state = state;
        this.dispatchEvent(new Event("change"));
    }

    release() {
        clearTimeout(this.timer);
        const socket = this.socket;
        this.socket = null;
        socket?.close();
    }

    retry() {
        this.release();
        const seconds = WAITS[Math.min(this.tries++, WAITS.length - 1)];
        this.become("reconnecting");
        // Not all phones in the same moment when the server has been restarted.
        const wait = seconds * (1 + Math.random() / 4) * 1000;
        this.timer = setTimeout(() => this.connect(), wait);
    }

    connect() {
        this.release();
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/websocket`);
        this.socket = socket;
        // Of a connection that was given up, nothing counts.
        const ifMine = (act) => (event) => this.socket === socket && act(event);
        socket.onopen = ifMine(() => this.subscribe());
        socket.onmessage = ifMine(({ data }) => this.receive(JSON.parse(data)));
        socket.onclose = ifMine(({ code }) => {
            if (code === TOKEN_ENDED) {
                api.access = null;
            }
            this.retry();
        });
    }

    async subscribe() {
        const socket = this.socket;
        let token;
        try {
            token = await api.token();
        } catch {
            // Signed out, which stops this; or without a network.
            if (this.socket === socket) {
                this.retry();
            }
            return;
        }
        if (this.socket !== socket || socket.readyState !== WebSocket.OPEN) {
            return;
        }
        const channels = [`smartdairy_iot.token:${token}`, "smartdairy_iot.farms"];
        const data = { channels, last: this.last };
        socket.send(JSON.stringify({ event_name: "subscribe", data }));
        this.timer = setTimeout(() => {
            this.tries = 0; // it has lasted
            this.subscribe();
        }, RENEW);
        if (this.state !== "live") {
            this.become("live");
            this.dispatchEvent(new Event("open"));
        }
    }

    receive(notifications) {
        this.tries = 0;
        this.last = Math.max(this.last, ...notifications.map(({ id }) => id));
        const messages = notifications
            .filter(({ message }) => message.type === TYPE)
            .flatMap(({ message }) => message.payload.messages);
        if (messages.length) {
            this.dispatchEvent(new News(messages));
        }
    }
}

export const live = new Live();
