import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useRef,
    useState,
} from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { CogMenu } from "@web/search/cog_menu/cog_menu";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { standardViewProps } from "@web/views/standard_view_props";
import { cluster, fit, pan, scaleBar, STATUSES, zoom } from "./projection";

const STEP = 1.5; // of a zoom by button or key
const SHIFT = 80; // pixels of a pan by key
const LABELS = 40; // with more markers, names would cover each other
// Told apart without colours, too.
const SHAPES = {
    alarm: "M0 -19 L19 14 L-19 14 Z",
    offline: "M-15 -15 H15 V15 H-15 Z",
    online: "M-16 0 A16 16 0 1 0 16 0 A16 16 0 1 0 -16 0 Z",
    off: "M0 -19 L19 0 L0 19 L-19 0 Z",
};

/** Devices by place. No tiles from elsewhere: it works where there is no internet. */
export class DeviceMap extends Component {
    static template = "smartdairy_iot.DeviceMap";
    static components = { CogMenu, Layout, SearchBar };
    static props = { ...standardViewProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.searchBarToggler = useSearchBarToggler();
        this.keepLast = new KeepLast();
        this.canvas = useRef("canvas");
        this.state = useState({ data: null, view: null, size: { width: 1, height: 1 } });
        this.drag = null;
        onWillStart(() => this.load(this.props.domain));
        onWillUpdateProps((props) => this.load(props.domain));
        const observer = new ResizeObserver(() => this.measure());
        onMounted(() => {
            this.measure();
            if (this.canvas.el) {
                observer.observe(this.canvas.el);
            }
        });
        onWillUnmount(() => observer.disconnect());
    }

    get statuses() {
        return [
            { name: "alarm", label: _t("Alarm") },
            { name: "offline", label: _t("Offline") },
            { name: "online", label: _t("Online") },
            { name: "off", label: _t("Not active") },
        ];
    }

    async load(domain) {
        const asked = this.orm.call("iot.device", "get_device_map", [domain]);
        this.state.data = await this.keepLast.add(asked);
        this.state.view = null; // all that is found is shown
    }

    measure() {
        const box = this.canvas.el?.getBoundingClientRect();
        if (box?.width) {
            this.state.size = { width: box.width, height: box.height };
        }
    }

    // What is drawn ------------------------------------------------------------------

    get points() {
        return this.state.data.points;
    }

    get view() {
        return this.state.view || fit(this.points, this.state.size);
    }

    get markers() {
        const found = cluster(this.points, this.view, this.state.size);
        // From the top left, as one reads: the order of the Tab key.
        found.sort((a, b) => a.y - b.y || a.x - b.x);
        return found.map((marker) => ({
            ...marker,
            key: marker.points[0].lat + "," + marker.points[0].lon,
        }));
    }

    get scaleBar() {
        const { metres, pixels } = scaleBar(this.view);
        const label = metres >= 1000 ? _t("%s km", metres / 1000) : _t("%s m", metres);
        return { label, pixels };
    }

    shapeOf(status) {
        return SHAPES[status];
    }

    showsLabels(markers) {
        return markers.length <= LABELS;
    }

    nameOf(marker) {
        const names = [...new Set(marker.points.map((point) => point.name || point.farm))];
        const farms = [...new Set(marker.points.map((point) => point.farm))];
        if (names.length === 1) {
            return names[0];
        }
        return farms.length === 1 ? farms[0] : _t("%s farms", farms.length);
    }

    /** `Green Valley Dairy: 12 devices. Alarm 1, Online 11` */
    describe(marker) {
        const counts = this.statuses
            .filter(({ name }) => marker.counts[name])
            .map(({ name, label }) => `${label} ${marker.counts[name]}`)
            .join(", ");
        return _t("%(name)s: %(total)s devices. %(counts)s", {
            name: this.nameOf(marker),
            total: marker.total,
            counts,
        });
    }

    get lostText() {
        const { ids, farms } = this.state.data.lost;
        const names = farms.slice(0, 3).map((farm) => farm.name);
        if (farms.length > names.length) {
            names.push("…");
        }
        return names.length
            ? _t("%(count)s devices are not on the map: %(farms)s has no position yet.", {
                  count: ids.length,
                  farms: names.join(", "),
              })
            : _t("%s devices are not on the map: they have no position and no farm.", ids.length);
    }

    // What a person does --------------------------------------------------------------

    zoomBy(factor, at) {
        this.state.view = zoom(this.view, this.state.size, factor, at);
    }

    zoomIn() {
        this.zoomBy(STEP);
    }

    zoomOut() {
        this.zoomBy(1 / STEP);
    }

    showAll() {
        this.state.view = null;
    }

    onWheel(ev) {
        const box = this.canvas.el.getBoundingClientRect();
        const at = { x: ev.clientX - box.left, y: ev.clientY - box.top };
        this.zoomBy(2 ** (-Math.sign(ev.deltaY) / 3), at);
    }

    onPointerDown(ev) {
        if (ev.button === 0 && !ev.target.closest(".o_iot_marker")) {
            this.drag = { x: ev.clientX, y: ev.clientY };
            this.canvas.el.setPointerCapture(ev.pointerId);
        }
    }

    onPointerMove(ev) {
        if (this.drag) {
            this.state.view = pan(this.view, ev.clientX - this.drag.x, ev.clientY - this.drag.y);
            this.drag = { x: ev.clientX, y: ev.clientY };
        }
    }

    onPointerUp() {
        this.drag = null;
    }

    onKeydown(ev) {
        const moves = {
            ArrowLeft: [SHIFT, 0],
            ArrowRight: [-SHIFT, 0],
            ArrowUp: [0, SHIFT],
            ArrowDown: [0, -SHIFT],
        };
        if (moves[ev.key]) {
            this.state.view = pan(this.view, ...moves[ev.key]);
        } else if (ev.key === "+" || ev.key === "=") {
            this.zoomIn();
        } else if (ev.key === "-") {
            this.zoomOut();
        } else if (ev.key === "0") {
            this.showAll();
        } else {
            return;
        }
        ev.preventDefault();
    }

    onMarkerKeydown(ev, marker) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            ev.stopPropagation();
            this.open(marker);
        }
    }

    /** A device's form; several: nearer, until they are apart, then their list. */
    open(marker) {
        const ids = marker.points.flatMap((point) => STATUSES.flatMap((s) => point.ids[s] || []));
        if (ids.length === 1) {
            return this.props.selectRecord(ids[0], {});
        }
        if (marker.points.length > 1) {
            const nearer = fit(marker.points, this.state.size);
            if (nearer.scale > this.view.scale * 1.2) {
                this.state.view = nearer;
                return;
            }
        }
        return this.openList(ids, this.nameOf(marker));
    }

    openLost() {
        this.openList(this.state.data.lost.ids, _t("Devices Without a Position"));
    }

    openList(ids, name) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "iot.device",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [["id", "in", ids]],
        });
    }

    openFarms() {
        return this.action.doAction("smartdairy_iot.farm_farm_action");
    }
}

registry.category("views").add("iot_map", {
    type: "iot_map",
    Controller: DeviceMap,
    searchMenuTypes: ["filter", "favorite"],
});
