import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { listView } from "@web/views/list/list_view";
import { onMounted, onWillUnmount } from "@odoo/owl";

/** A milking changes while one looks at it; not more often than it is built. */
const EVERY = 5000;

/** The list of milkings: what runs is kept up to date while somebody sees it. */
export class MilkingListController extends listView.Controller {
    setup() {
        super.setup();
        let timer;
        onMounted(() => (timer = browser.setInterval(() => this.refresh(), EVERY)));
        onWillUnmount(() => browser.clearInterval(timer));
    }

    /** Not while rows are selected, nor in a tab that nobody sees. */
    async refresh() {
        if (document.visibilityState === "visible" && !this.model.root.selection.length) {
            await this.model.root.load();
        }
    }
}

registry.category("views").add("iot_milking_list", {
    ...listView,
    Controller: MilkingListController,
});
