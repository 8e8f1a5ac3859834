import {
    Component,
    onWillDestroy,
    onWillUpdateProps,
    onMounted,
    useRef,
    useState,
} from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { fitWindow } from "../time_chart/window";
import { TimeChart } from "../time_chart/time_chart";
import { toBands, toPhases, whereMeasured } from "./tank_words";
import { highestMilk } from "./tank_wash";

/** A tank's cooling curve; fetched when it comes into sight, and again with each revision. */
export class TankCurve extends Component {
    static template = "smartdairy_iot.TankCurve";
    static components = { TimeChart };
    static props = {
        tank: Object,
        batchId: { type: Number, optional: true }, // 0: what is in it now
        revision: Number,
        isCompact: { type: Boolean, optional: true },
        onLoaded: { type: Function, optional: true },
    };
    static defaultProps = { batchId: 0, isCompact: false };

    setup() {
        this.orm = useService("orm");
        this.root = useRef("root");
        this.keepLast = new KeepLast();
        this.state = useState({ curve: null, error: "", window: null });
        onMounted(() => this.observe());
        onWillUpdateProps((next) => {
            const isOther = ["batchId", "revision"].some((key) => next[key] !== this.props[key]);
            const isTank = next.tank.id !== this.props.tank.id;
            if (isTank || next.batchId !== this.props.batchId) {
                this.state.window = null;
            }
            if (this.isSeen && (isOther || isTank)) {
                this.load(next);
            }
        });
        onWillDestroy(() => this.observer?.disconnect());
    }

    observe() {
        this.observer = new IntersectionObserver(([entry]) => {
            if (entry.isIntersecting && !this.isSeen) {
                this.isSeen = true;
                this.load();
            }
        });
        this.observer.observe(this.root.el);
    }

    async load({ tank, batchId, onLoaded } = this.props) {
        try {
            const curve = await this.keepLast.add(
                this.orm.silent.call("farm.tank", "get_cooling_curve", [[tank.id]], {
                    batch_id: batchId || null,
                })
            );
            Object.assign(this.state, { curve, error: "" });
            onLoaded?.(curve);
        } catch (error) {
            this.state.error = error.data?.message || _t("The server does not answer.");
        }
    }

    get shown() {
        return this.state.window || whereMeasured(this.state.curve);
    }

    get limits() {
        const { start, end } = this.state.curve;
        return { longest: end - start, latest: end };
    }

    get series() {
        const { series, phases } = this.state.curve;
        const { unit, gap, points } = series;
        const ceiling = highestMilk(points, phases, this.shown);
        return [{ label: _t("Temperature"), unit, gap, points, color: 0, ceiling }];
    }

    get bands() {
        return toBands(this.state.curve.limits);
    }

    get phases() {
        return toPhases(this.state.curve.phases, this.state.curve.end);
    }

    get onZoom() {
        return this.props.isCompact ? undefined : (window) => this.zoom(window);
    }

    zoom(window) {
        this.state.window = fitWindow(window, this.limits);
    }
}
