import {
    Component,
    onMounted,
    onWillDestroy,
    onWillStart,
    toRaw,
    useExternalListener,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatClock, formatQuantity, SEVERITIES, severityLabel } from "../telemetry/format";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { burnInShift, isReloadDue, keepAwake, reload } from "./kiosk_life";
import { AlertsView, ColdChainView, LiveView, MilkingView } from "./kiosk_views";
import { capacity, countPages, next, previous, sortDevices } from "./rotation";

const REFUSALS = {
    unknown: _t("This link is not valid: it was replaced by a newer one, or never was one."),
    revoked: _t("This link was revoked."),
    expired: _t("This link has expired."),
    closed: _t("Who set this screen up may not see its farms any more."),
    new: _t("This link was revoked."),
};
const SESSION_EXPIRED = 4001;
// In rem, with the gap between them.
const TILE = { width: 15.25, height: 10.2 };
const ALERT = { width: 1000, height: 8 };

/** The screen on the wall: its views in turn, for weeks, and never quietly old. */
export class Kiosk extends Component {
    static template = "smartdairy_iot.Kiosk";
    static components = { AlertsView, ColdChainView, LiveView, MilkingView };
    static props = { link: Object, settings: Object, assets: String, watched: Object };

    setup() {
        this.telemetry = useTelemetry();
        this.live = useState(this.telemetry.store.state);
        this.kpi = useState(this.telemetry.store.state.kpi);
        this.bus = useService("bus_service");
        this.startedAt = Date.now();
        this.state = useState({
            settings: this.props.settings,
            at: { index: 0, page: 0 },
            paused: false,
            refused: "",
            clock: "",
            size: [browser.innerWidth, browser.innerHeight],
            wanted: false,
        });
        this.props.link.onRefused = (reason) => this.refuse(reason);
        this.props.watched.callback = ({ assets }) => (this.assets = assets);
        this.startBus();
        this.startClock();
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        useExternalListener(window, "resize", () => {
            this.state.size = [browser.innerWidth, browser.innerHeight];
        });
        useExternalListener(document, "visibilitychange", keepAwake);
        onWillStart(keepAwake);
        onMounted(() => this.schedule());
        onWillDestroy(() => this.stop());
    }

    startBus() {
        this.onNews = () => this.refresh();
        this.onDisconnected = ({ detail }) => {
            // The browser's session is over: only a new page gets another one.
            if (detail?.code === SESSION_EXPIRED) {
                this.isSessionOver = true;
            }
        };
        this.bus.subscribe("smartdairy_iot/kiosk", this.onNews);
        this.bus.addEventListener("BUS:DISCONNECT", this.onDisconnected);
        this.bus.addChannel(this.props.link.channel);
    }

    startClock() {
        const tick = (now) => {
            this.state.clock = formatClock(now);
            const [x, y] = burnInShift(now);
            document.body.style.translate = `${x}px ${y}px`;
            this.isReloadDue(now) && this.reloadSoon(now);
        };
        tick(this.telemetry.now());
        onWillDestroy(this.telemetry.onTick(tick));
    }

    stop() {
        browser.clearTimeout(this.timer);
        this.bus.unsubscribe("smartdairy_iot/kiosk", this.onNews);
        this.bus.removeEventListener("BUS:DISCONNECT", this.onDisconnected);
    }

    //--------------------------------------------------------------------------
    // What is shown
    //--------------------------------------------------------------------------

    get view() {
        return this.state.settings.views[this.state.at.index]?.view;
    }

    get title() {
        return {
            live: _t("Live"),
            alerts: _t("Alerts"),
            cold_chain: _t("Tanks"),
            milking: _t("Milking"),
        }[this.view];
    }

    get perPage() {
        const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
        const [width, height] = this.state.size;
        const one = this.view === "alerts" ? ALERT : TILE;
        return capacity(width - 2 * rem, height - 8 * rem, one.width * rem, one.height * rem);
    }

    get pages() {
        const count = { live: this.telemetry.store.devices.size, alerts: this.live.alerts.length };
        return this.view in count ? countPages(count[this.view], this.perPage) : 1;
    }

    /** The order is made when a page turns, not with each reading. */
    get devices() {
        const entries = this.live.farms.flatMap((farm) => farm.devices);
        const sorted = sortDevices(entries.map((entry) => toRaw(entry)));
        const byId = new Map(entries.map((entry) => [toRaw(entry).device_id, entry]));
        return this.cut(sorted).map(({ device_id }) => byId.get(device_id));
    }

    get alerts() {
        return this.cut(this.live.alerts);
    }

    cut(items) {
        const { page } = this.state.at;
        return items.slice(page * this.perPage, (page + 1) * this.perPage);
    }

    get isStale() {
        return this.live.connection === "stale";
    }

    get staleLabel() {
        return _t("No connection since %(time)s. What you see is old.", {
            time: formatClock(this.live.lostAt),
        });
    }

    get connectionLabel() {
        return { live: _t("Live"), stale: _t("Stale") }[this.live.connection] || _t("Connecting…");
    }

    get temperature() {
        return formatQuantity("temperature", this.kpi.temperature, this.kpi.temperatureUnit);
    }

    get severities() {
        return SEVERITIES.filter((severity) => this.kpi[severity]).map((severity) => ({
            severity,
            label: `${this.kpi[severity]} ${severityLabel(severity)}`,
        }));
    }

    get refusal() {
        return REFUSALS[this.state.refused] || REFUSALS.unknown;
    }

    //--------------------------------------------------------------------------
    // Turning
    //--------------------------------------------------------------------------

    schedule() {
        browser.clearTimeout(this.timer);
        const line = this.state.settings.views[this.state.at.index];
        if (line && !this.state.paused && !this.state.refused) {
            this.timer = browser.setTimeout(() => this.turn(next), line.seconds * 1000);
        }
    }

    turn(step) {
        this.state.at = step(this.state.at, this.state.settings.views.length, this.pages);
        this.schedule();
    }

    onKeydown(ev) {
        if (ev.key === "ArrowRight" || ev.key === "ArrowLeft") {
            const isForward = (ev.key === "ArrowRight") !== (document.dir === "rtl");
            this.turn(isForward ? next : previous);
        } else if (ev.key === " ") {
            ev.preventDefault();
            this.togglePause();
        }
    }

    togglePause() {
        this.state.paused = !this.state.paused;
        this.schedule();
    }

    //--------------------------------------------------------------------------
    // Life
    //--------------------------------------------------------------------------

    /** Somebody changed the kiosk, or ended its link. */
    async refresh() {
        try {
            const settings = await this.props.link.open();
            if (settings.lang !== this.state.settings.lang) {
                return reload(Date.now());
            }
            applySettings(settings);
            this.state.settings = settings;
            this.state.at = { index: 0, page: 0 };
            this.bus.forceUpdateChannels();
            this.telemetry.load();
            this.schedule();
        } catch {
            // Refused, and shown by `refuse`; or the server is away, which the head says.
        }
    }

    refuse(reason) {
        if (!this.state.refused && !this.isOver) {
            this.isOver = true;
            this.state.refused = reason;
            browser.clearTimeout(this.timer);
            // Nothing of the farm stays on the screen, nor in its memory.
            this.telemetry.release();
            this.telemetry.acquire = () => {};
            this.bus.deleteChannel(this.props.link.channel);
        }
    }

    isReloadDue(now) {
        const { startedAt, assets } = this;
        const isDue = isReloadDue({
            startedAt,
            now: Date.now(),
            ownAssets: this.props.assets,
            assets,
        });
        return !this.reloading && !this.state.refused && (isDue || this.isSessionOver);
    }

    async reloadSoon() {
        this.reloading = true;
        await reload(Date.now());
        browser.setTimeout(() => (this.reloading = false), 60_000);
    }
}

export function applySettings({ lang, theme, text_size }) {
    const root = document.documentElement;
    root.lang = lang.replace("_", "-");
    root.dir = /^(ar|fa|he|ur)/.test(lang) ? "rtl" : "ltr";
    root.dataset.theme = theme;
    root.dataset.textSize = text_size;
}
