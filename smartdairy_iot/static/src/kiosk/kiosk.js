import {
    Component,
    onMounted,
    onWillDestroy,
    onWillStart,
    toRaw,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { deepEqual } from "@web/core/utils/objects";
import { ConnectionBadge } from "../board/connection_badge";
import { KpiStrip } from "../live_board/kpi_strip";
import { formatClock } from "../telemetry/format";
import { useTelemetry } from "../telemetry/telemetry_hooks";
import { burnInShift, isReloadDue, keepAwake, reload } from "./kiosk_life";
import { AlertsView, ColdChainView, LiveView, MilkingView } from "./kiosk_views";
import { capacity, countPages, next, previous } from "./rotation";

const REFUSALS = {
    unknown: _t("This link is not valid: it was replaced by a newer one, or never was one."),
    revoked: _t("This link was revoked."),
    expired: _t("This link has expired."),
    closed: _t("Who set this screen up may not see its farms any more."),
    new: _t("This link was revoked."),
};
const SESSION_EXPIRED = 4001;
/** What one of a view's items takes, in rem with the gap between them; kiosk.scss says the same. */
const SIZES = {
    live: { width: 16, height: 11 },
    alerts: { width: 1000, height: 9 },
    cold_chain: { width: 24, height: 26 },
    milking: { width: 16, height: 10, above: 8 }, // the litres of today
};
/** In rem: what is narrower is no wall but a telephone, on which a finger scrolls. */
const NARROW = 36;
/** Whoever changes these in Odoo gets a new page: its texts, its style sheet. */
const OF_THE_PAGE = ["lang", "theme"];

/** The screen on the wall: its views in turn, for weeks, and never quietly old. */
export class Kiosk extends Component {
    static template = "smartdairy_iot.Kiosk";
    static components = {
        AlertsView,
        ColdChainView,
        ConnectionBadge,
        KpiStrip,
        LiveView,
        MilkingView,
    };
    static props = { link: Object, settings: Object, assets: String, watched: Object };

    setup() {
        this.telemetry = useTelemetry();
        this.live = useState(this.telemetry.store.state);
        this.bus = useService("bus_service");
        this.startedAt = Date.now();
        this.state = useState({
            settings: this.props.settings,
            opened: 0, // how often it was told anew what to show
            at: { index: 0, page: 0 },
            count: 0, // items of a view that reads them itself
            paused: false,
            refused: "",
            clock: "",
            size: [browser.innerWidth, browser.innerHeight],
        });
        this.props.link.onRefused = (reason) => this.refuse(reason);
        this.props.watched.callback = ({ assets }) => (this.assets = assets);
        this.startBus();
        this.startClock();
        this.watchSize();
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
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

    /** What is left for a view, below a head that needs more on a narrow screen. */
    watchSize() {
        const view = useRef("view");
        useEffect(
            (el) => {
                const look = () => {
                    const { clientWidth, clientHeight } = el;
                    this.state.size = [clientWidth, clientHeight];
                };
                const observer = new ResizeObserver(look);
                el && observer.observe(el);
                return () => observer.disconnect();
            },
            () => [view.el]
        );
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

    /** Each line, and each time that it is told anew, has a view of its own. */
    get key() {
        return `${this.state.opened}|${this.state.at.index}`;
    }

    get title() {
        return {
            live: _t("Devices"),
            alerts: _t("Alerts"),
            cold_chain: _t("Tanks"),
            milking: _t("Milking"),
        }[this.view];
    }

    get perPage() {
        const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
        const [width, height] = this.state.size;
        if (width < NARROW * rem) {
            return Infinity;
        }
        const one = SIZES[this.view] || SIZES.live;
        const left = height - (one.above || 0) * rem;
        return capacity(width, left, one.width * rem, one.height * rem);
    }

    get count() {
        switch (this.view) {
            case "live":
                return this.live.farms.reduce((sum, { devices }) => sum + devices.length, 0);
            case "alerts":
                return this.live.alerts.length;
        }
        return this.state.count;
    }

    get pages() {
        return countPages(this.count, this.perPage);
    }

    onCount(count) {
        this.state.count = count;
    }

    get isStale() {
        return this.live.connection === "stale";
    }

    get staleLabel() {
        return _t("No connection since %(time)s. What you see is old.", {
            time: formatClock(this.live.lostAt),
        });
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
        const { index } = this.state.at;
        this.state.at = step(this.state.at, this.state.settings.views.length, this.pages);
        if (this.state.at.index !== index) {
            this.state.count = 0;
        }
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
            if (OF_THE_PAGE.some((name) => settings[name] !== this.state.settings[name])) {
                return browser.location.reload();
            }
            document.documentElement.dataset.textSize = settings.text_size;
            const hasOtherViews = !deepEqual(toRaw(this.state).settings.views, settings.views);
            this.state.settings = settings;
            this.state.opened++;
            if (hasOtherViews) {
                this.state.at = { index: 0, page: 0 };
                this.schedule();
            }
            this.bus.forceUpdateChannels();
            this.telemetry.load();
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
            this.telemetry.reset();
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
