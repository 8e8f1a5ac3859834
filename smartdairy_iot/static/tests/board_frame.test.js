import { beforeEach, describe, expect, test, waitFor } from "@odoo/hoot";
import { queryAllAttributes, queryFirst, resize } from "@odoo/hoot-dom";
import { animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { Component, xml } from "@odoo/owl";
import {
    contains,
    getMockEnv,
    getService,
    makeMockEnv,
    mountWithCleanup,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { router, startRouter } from "@web/core/browser/router";
import { registry } from "@web/core/registry";
import { redirect } from "@web/core/utils/urls";
import { WebClient } from "@web/webclient/webclient";
import { BoardFrame } from "@smartdairy_iot/board/board_frame";
import { boards, boardUrl, openBoard } from "@smartdairy_iot/board/boards";
import { useUrlState } from "@smartdairy_iot/board/url_state";
import { defineTelemetryModels, serveBoard, startAtNow } from "./live_test_helpers";

describe.current.tags("desktop");
defineTelemetryModels();

const DEFAULTS = { device: 0, text: "", types: [], mine: false };

class TrialBoard extends Component {
    static template = xml`
        <BoardFrame board="'trial'" announcement="state.text">
            <t t-set-slot="controls"><input class="o_text" t-model="state.text"/></t>
            <p class="o_told" t-out="told"/>
            <button class="o_choose" t-on-click="choose"/>
        </BoardFrame>`;
    static components = { BoardFrame };
    static props = ["*"];

    setup() {
        this.state = useUrlState(DEFAULTS);
    }

    get told() {
        const { device, text, types, mine } = this.state;
        return JSON.stringify([device, text, types, mine]);
    }

    choose() {
        Object.assign(this.state, { device: 7, types: ["ph_sensor", 3], mine: true });
    }
}

beforeEach(() => {
    startAtNow();
    registry.category("actions").add("trial", TrialBoard, { force: true });
    boards.add("trial", { label: "Trial", path: "trial", icon: "fa-flask" }, { force: true });
    serveBoard();
});

async function openAt(url) {
    redirect(url);
    startRouter();
    await mountWithCleanup(WebClient);
    await waitFor(".o_told");
}

function search() {
    return decodeURIComponent(new URL(browser.location.href).search);
}

test("what is chosen stands in the address, what is not does not", async () => {
    await openAt("/odoo/trial");
    await runAllTimers();
    expect(search()).toBe("");
    await contains(".o_choose").click();
    await runAllTimers();
    expect(search()).toBe("?device=7&types=ph_sensor,3&mine=1");
    await contains(".o_text").edit("tank 1");
    await runAllTimers();
    expect(router.current.text).toBe("tank 1");
});

test("an address restores what was chosen, each in its type", async () => {
    await openAt("/odoo/trial?device=7&types=ph_sensor,3&mine=1&text=12");
    expect(".o_told").toHaveText('[7,"12",["ph_sensor",3],true]');
});

test("an address with nonsense opens the board as it is without", async () => {
    await openAt("/odoo/trial?device=seven&mine=&types=");
    expect(".o_told").toHaveText('[0,"",[],false]');
});

test("the browser's back button undoes a choice", async () => {
    await openAt("/odoo/trial");
    await runAllTimers();
    await contains(".o_choose").click();
    await runAllTimers();
    browser.history.back();
    await waitFor(".o_told:contains('[0,\"\",[],false]')");
});

test("another board opened by its address knows its own query only", async () => {
    await openAt("/odoo/trial?device=7");
    await openBoard(getMockEnv(), "trial", { device: 9 });
    await waitFor(".o_told:contains('[9')");
});

test("an action's params are the first values", async () => {
    await openAt("/odoo/trial?device=7");
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "trial",
        params: { device: 8 },
    });
    await waitFor(".o_told:contains('[8')");
    await runAllTimers();
    expect(search()).toBe("?device=8");
});

test("the tabs lead to each board and mark the one that is open", async () => {
    await openAt("/odoo/trial");
    expect(queryAllAttributes(".o_sd_tabs a", "href")).toInclude("/odoo/iot-live");
    expect(".o_sd_tabs [aria-current='page']").toHaveText("Trial");
});

test("on a phone the tab of the board that is open is in sight", async () => {
    await resize({ width: 360, height: 640 });
    await openAt("/odoo/trial");
    const nav = queryFirst(".o_sd_tabs");
    const tab = queryFirst(".o_sd_tabs [aria-current]");
    expect(tab.offsetLeft).toBeGreaterThan(360 - tab.offsetWidth);
    const { left, right } = tab.getBoundingClientRect();
    const box = nav.getBoundingClientRect();
    expect(left >= box.left && right <= box.right).toBe(true);
});

test("what changes is announced to screen readers", async () => {
    await openAt("/odoo/trial?text=Hello");
    expect("[aria-live='assertive']").toHaveText("Hello");
});

test("a board that could not be loaded says so and offers to try again", async () => {
    class FailedBoard extends Component {
        static template = xml`
            <BoardFrame board="'trial'" phase="'failed'" onRetry.bind="retry">gone</BoardFrame>`;
        static components = { BoardFrame };
        static props = ["*"];
        retry() {
            expect.step("retry");
        }
    }
    await makeMockEnv({ embeddedBoard: true });
    await mountWithCleanup(FailedBoard, { props: {} });
    expect(".o_sd_board_frame").not.toHaveText(/gone/);
    await contains(".o_sd_retry").click();
    expect.verifySteps(["retry"]);
});

test("a board within another has no tabs and no control panel", async () => {
    await makeMockEnv({ embeddedBoard: true });
    await mountWithCleanup(TrialBoard, { props: {} });
    await animationFrame();
    expect(".o_told").toHaveCount(1);
    expect(".o_control_panel, .o_sd_tabs").toHaveCount(0);
});

test("the address of a board carries its query and where one comes from", () => {
    expect(boardUrl("iot-device", { device: 7 })).toBe("/odoo/iot-device?device=7");
    expect(boardUrl("iot-device", {}, "iot-live")).toBe("/odoo/iot-live/iot-device");
});
