import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { AlertActions } from "./alert_actions";
import { Feed } from "./feed";
import { Hearing } from "./hearing";
import { formatAge, toMillis } from "./format";
import { LiveStore } from "./live_store";
import { decodeReadings } from "./message";
import { inStretches } from "./stretches";
import { Trends } from "./trends";
import { Visibility } from "./visibility";
import { within } from "./within";

const TICK = 1000;
const HEARTBEAT = 30_000;
/** What the bus does not tell (a device was added, a limit was changed) is fetched this often. */
const RESYNC = 300_000;
const RETRY = 10_000;
/**
 * Longer than the bus waits before it subscribes, and the listener before it writes the state:
 * nothing falls between snapshot and bus.
 */
const SUBSCRIBED = 2000;
/** Without a connection for this long the screen says since when. */
const PATIENCE = 10_000;

/**
 * Feeds the live store while somebody watches: a snapshot first, then what the bus brings, and
 * a snapshot again after each reconnection. Does nothing while no board is open.
 */
export class Telemetry extends AlertActions {
    constructor({ action, bus_service, notification, orm, worker_service }) {
        super();
        this.action = action;
        this.bus = bus_service;
        this.notification = notification;
        this.orm = orm;
        this.worker = worker_service;
        this.watchers = 0;
        this.clockOffset = 0;
        this.tickListeners = new Set();
        this.handlers = {
            "smartdairy_iot/reading_tables": (message) => this.feed.add(decodeReadings(message)),
            "smartdairy_iot/alert": ({ alert }) => this.onAlert(alert),
            "smartdairy_iot/status": ({ devices }) => this.store.applyStatus(devices),
        };
        this.subscriptions = Object.keys(this.handlers).map((type) => [
            type,
            (payload) => this.receive(type, payload),
        ]);
        this.visibility = new Visibility();
        this.trends = new Trends({ orm, now: () => this.now() });
        this.onVisible = this.onVisible.bind(this);
        this.onConnected = this.onConnected.bind(this);
        this.onDisconnected = this.onDisconnected.bind(this);
        this.reset();
    }

    reset() {
        this.store = new LiveStore(() => this.now());
        this.trends.forget();
        this.feed?.stop();
        const { store, trends } = this;
        this.feed = new Feed({ store, trends, onUnknown: () => this.load() });
        this.channels = new Set();
        this.hearing = new Hearing(() => this.now());
        this.deaf = 0; // how often in a row it was found to be
        this.held = null;
        this.again = false;
        this.failed = false;
    }

    /** The server's clock: the one of a tablet in the milking parlour may be minutes off. */
    now() {
        return Date.now() + this.clockOffset;
    }

    /** "12 s ago" by that clock; nothing for NaN. */
    formatAge(time) {
        return isNaN(time) ? "" : formatAge(this.now() - time).toString();
    }

    //--------------------------------------------------------------------------
    // Life
    //--------------------------------------------------------------------------

    acquire() {
        if (this.watchers++ === 0) {
            this.start();
        }
    }

    release() {
        if (--this.watchers === 0) {
            this.stop();
        }
    }

    start() {
        this.reset();
        this.connected = this.bus.workerState === "CONNECTED";
        for (const [type, callback] of this.subscriptions) {
            this.bus.subscribe(type, callback);
        }
        this.bus.addEventListener("BUS:CONNECT", this.onConnected);
        this.bus.addEventListener("BUS:RECONNECT", this.onConnected);
        this.bus.addEventListener("BUS:DISCONNECT", this.onDisconnected);
        document.addEventListener("visibilitychange", this.onVisible);
        this.store.state.lostAt = this.now();
        this.nextHeartbeat = Infinity;
        this.ticker = browser.setInterval(() => this.tick(), TICK);
        this.load();
    }

    stop() {
        browser.clearInterval(this.ticker);
        this.feed.stop();
        for (const [type, callback] of this.subscriptions) {
            this.bus.unsubscribe(type, callback);
        }
        this.bus.removeEventListener("BUS:CONNECT", this.onConnected);
        this.bus.removeEventListener("BUS:RECONNECT", this.onConnected);
        this.bus.removeEventListener("BUS:DISCONNECT", this.onDisconnected);
        document.removeEventListener("visibilitychange", this.onVisible);
        this.channels.forEach((channel) => this.bus.deleteChannel(channel));
    }

    /**
     * Nobody watches a tab in the background: its farms fall silent until it is seen again. It
     * leaves them, else a page that the browser has frozen would be told hours at once.
     */
    onVisible() {
        if (document.visibilityState === "visible") {
            this.load();
        } else {
            this.channels.forEach((channel) => this.bus.deleteChannel(channel));
            this.channels = new Set();
            this.hearing.leave();
        }
    }

    /** @returns {() => void} stops listening */
    onTick(callback) {
        this.tickListeners.add(callback);
        return () => this.tickListeners.delete(callback);
    }

    tick() {
        const { state } = this.store;
        if (state.connection !== "live" && this.now() - state.lostAt > PATIENCE) {
            state.connection = "stale";
        }
        if (Date.now() >= this.nextLoad || this.hearing.isDue()) {
            this.load();
        }
        if (Date.now() >= this.nextHeartbeat && document.visibilityState === "visible") {
            this.sendHeartbeat();
        }
        this.store.refreshStale();
        this.tickListeners.forEach((callback) => callback(this.now()));
    }

    //--------------------------------------------------------------------------
    // Snapshot
    //--------------------------------------------------------------------------

    async load() {
        if (this.held) {
            this.again = true;
            return;
        }
        const { store } = this;
        const isCurrent = () => store === this.store && this.watchers > 0;
        const held = (this.held = []);
        this.nextLoad = Infinity;
        try {
            const asked = this.orm.silent.call("farm.farm", "get_live_board", []);
            const board = await within(asked);
            if (isCurrent()) {
                this.clockOffset = toMillis(board.now) - Date.now();
                await inStretches(store.boardSteps(board), isCurrent);
            }
            if (isCurrent()) {
                this.onLoaded(board);
            }
        } catch (error) {
            if (isCurrent()) {
                this.onLoadFailed(error);
            }
        }
        // What arrived meanwhile is newer than the snapshot.
        if (!isCurrent() || !(await inStretches(this.handleHeld(held), isCurrent))) {
            return;
        }
        this.held = null;
        if (this.again) {
            this.again = false;
            this.load();
        }
    }

    *handleHeld(held) {
        while (held.length) {
            const [type, payload] = held.shift();
            this.handlers[type](payload);
            yield;
        }
    }

    onLoaded({ farms, devices }) {
        this.failed = false;
        this.checkHearing(devices);
        // Without the bus (a proxy that does not pass websockets) the board is slow, not dead.
        const isLive = this.connected && this.deaf < 2;
        this.nextLoad = Date.now() + (isLive ? RESYNC : RETRY);
        if (isLive) {
            this.store.state.connection = "live";
        } else {
            this.store.state.lostAt = this.now();
        }
        if (document.visibilityState === "visible") {
            this.watchFarms(farms.map(({ id }) => `farm.farm_${id}`));
        }
    }

    /** Half open, the websocket says nothing: another one may. */
    checkHearing(devices) {
        const heardAt = devices.map(({ last_seen }) => toMillis(last_seen));
        if (this.connected && this.hearing.isDeaf(heardAt)) {
            this.deaf++;
            this.hearing.listen();
            this.worker.send("BUS:STOP");
            this.worker.send("BUS:START");
        }
    }

    onLoadFailed(error) {
        this.nextLoad = Date.now() + RETRY;
        const { state } = this.store;
        if (state.phase === "loading") {
            state.phase = "failed";
        }
        if (error instanceof ConnectionLostError && state.connection === "live") {
            // The websocket does not know yet that nothing comes any more.
            Object.assign(state, { connection: "reconnecting", lostAt: this.now() });
        }
        // The connection badge tells of a lost server; say anything else once.
        if (!this.failed && !(error instanceof ConnectionLostError)) {
            this.notification.add(error.data?.message || error.message, { type: "danger" });
        }
        this.failed = true;
    }

    async watchFarms(channels) {
        const wanted = new Set(channels);
        const added = channels.filter((channel) => !this.channels.has(channel));
        const removed = [...this.channels].filter((channel) => !wanted.has(channel));
        this.channels = wanted;
        removed.forEach((channel) => this.bus.deleteChannel(channel));
        if (!added.length) {
            return;
        }
        await Promise.all(added.map((channel) => this.bus.addChannel(channel)));
        await this.sendHeartbeat();
        this.hearing.listen();
        // From when the server knows it: it may take its time.
        this.nextLoad = Math.min(this.nextLoad, Date.now() + SUBSCRIBED);
    }

    /** The server sends readings only while somebody says that they watch. */
    async sendHeartbeat() {
        this.nextHeartbeat = Date.now() + HEARTBEAT;
        if (this.connected && this.channels.size && this.watchers) {
            const farmIds = [...this.channels].map((channel) => Number(channel.split("_").pop()));
            const { store } = this;
            try {
                const asked = this.orm.silent.call("farm.farm", "watch_live", [farmIds]);
                const milk = await within(asked);
                store.applyMilk(milk || {});
            } catch {
                // The server is away, or took a farm from us: a new snapshot tells which.
                this.load();
            }
        }
    }

    //--------------------------------------------------------------------------
    // Bus
    //--------------------------------------------------------------------------

    /** Also after a first `BUS:CONNECT`: a laptop that wakes up connects, it does not reconnect. */
    onConnected() {
        if (!this.connected) {
            this.connected = true;
            this.hearing.listen();
            this.sendHeartbeat();
            this.load();
        }
    }

    onAlert(alert) {
        this.store.applyAlert(alert);
        if (this.store.lacksAlerts) {
            this.nextLoad = Math.min(this.nextLoad, Date.now() + SUBSCRIBED);
        }
    }

    onDisconnected() {
        const { state } = this.store;
        if (this.connected) {
            this.connected = false;
            this.hearing.leave();
            state.lostAt = this.now();
            state.connection = "reconnecting";
        }
    }

    receive(type, payload) {
        this.hearing.heard();
        if (this.deaf) {
            this.deaf = 0;
            this.nextLoad = Date.now();
        }
        if (this.held) {
            this.held.push([type, payload]);
        } else {
            this.handlers[type](payload);
        }
    }
}

export const telemetryService = {
    dependencies: ["action", "bus_service", "notification", "orm", "worker_service"],
    start(env, services) {
        return new Telemetry(services);
    },
};

registry.category("services").add("smartdairy_iot.telemetry", telemetryService);
