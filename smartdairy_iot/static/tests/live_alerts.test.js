import { expect, test, waitFor, waitForNone } from "@odoo/hoot";
import { press, queryFirst } from "@odoo/hoot-dom";
import { contains, makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import {
    makeAlert,
    makeBoard,
    NOW,
    openBoard,
    openLiveBoard,
    sendBus,
    setUpTelemetry,
} from "./live_test_helpers";

setUpTelemetry();

test("an alert from the bus is listed, announced and acknowledged by a click", async () => {
    onRpc("iot.alert", "action_acknowledge", ({ args }) => {
        expect.step(args[0]);
        return true;
    });
    await openLiveBoard();
    expect(".o_sd_no_alert").toHaveCount(1);
    sendBus("alert", { alert: makeAlert({ id: 5 }) });
    await waitFor(".o_sd_alert[data-alert-id='5']");
    expect("[aria-live='assertive']").toHaveText("High: Tank 1: Temperature too high");
    expect(".o_sd_alert").toHaveText(/9\.4 °C \(limit 4 °C\)/);
    await contains(".o_sd_alert[data-alert-id='5'] .o_sd_acknowledge").click();
    await waitFor(".o_sd_acknowledged");
    expect.verifySteps([[5]]);
    expect(".o_sd_acknowledged").toHaveText("Acknowledged by Mitchell Admin");
    expect(".o_sd_acknowledge").toHaveCount(0);
    expect(document.activeElement).toBe(queryFirst(".o_sd_alert"));
    sendBus("alert", { alert: makeAlert({ id: 5, state: "resolved", is_active: false }) });
    await waitForNone(".o_sd_alert");
    expect("[data-kpi='alerts'] dd").toHaveText("0");
});

test("an alert can be acknowledged with the keyboard", async () => {
    onRpc("iot.alert", "action_acknowledge", () => true);
    await openLiveBoard(makeBoard({ alerts: [makeAlert()] }));
    queryFirst(".o_sd_acknowledge").focus();
    await press("Enter");
    await waitFor(".o_sd_acknowledged");
});

test("a refused acknowledgement is told, and can be tried again", async () => {
    onRpc("iot.alert", "action_acknowledge", () => {
        throw makeServerError({ message: "You may not do this." });
    });
    await openLiveBoard(makeBoard({ alerts: [makeAlert()] }));
    await contains(".o_sd_acknowledge").click();
    await waitFor(".o_notification:contains('You may not do this.')");
    expect(".o_sd_acknowledge").toBeEnabled();
});

test("who may only watch is offered no button", async () => {
    onRpc("has_access", () => false);
    const over = { is_active: false };
    await openLiveBoard(makeBoard({ alerts: [makeAlert(over), makeAlert({ id: 2, ...over })] }));
    expect(".o_sd_alert").toHaveCount(2);
    expect(".o_sd_acknowledge, .o_sd_acknowledge_cleared").toHaveCount(0);
});

test("all that has cleared is acknowledged at once, what still holds is left", async () => {
    onRpc("iot.alert", "action_acknowledge_selected", ({ args }) => {
        expect.step(args[0].toSorted());
        return { type: "ir.actions.act_window_close" };
    });
    const over = { is_active: false };
    await openLiveBoard(
        makeBoard({
            alerts: [makeAlert(over), makeAlert({ id: 2, ...over }), makeAlert({ id: 3 })],
        })
    );
    await contains(".o_sd_acknowledge_cleared:contains('(2)')").click();
    await waitForNone(".o_sd_acknowledge_cleared");
    expect.verifySteps([[1, 2]]);
    expect(".o_sd_alert").toHaveCount(1);
});

test("an alert says whether it is acknowledged, cleared, and whose it is", async () => {
    const seen = { acknowledged_at: NOW, acknowledged_by: "Anna", assigned_to: "Ben" };
    await openLiveBoard(
        makeBoard({
            alerts: [
                makeAlert({ is_active: false }),
                makeAlert({ id: 2, state: "acknowledged", ...seen }),
            ],
        })
    );
    expect("[data-alert-id='1'] .o_sd_cleared").toHaveText("Cleared");
    expect("[data-alert-id='1'] .o_sd_acknowledge").toHaveCount(1);
    expect("[data-alert-id='2']").toHaveText(/Acknowledged by Anna/);
    expect("[data-alert-id='2'] .o_sd_assigned").toHaveText("Assigned to Ben");
    expect("[data-alert-id='2'] .o_sd_cleared").toHaveCount(0);
});

test("an alert tells the worst value so far; one that is no measurement tells none", async () => {
    const offline = { id: 2, kind: "offline", trigger_value: 1, threshold_value: 0, unit: "" };
    await openLiveBoard(
        makeBoard({ alerts: [makeAlert({ peak_value: 12.1 }), makeAlert(offline)] })
    );
    expect("[data-alert-id='1']").toHaveText(/12\.1 °C \(limit 4 °C\)/);
    expect("[data-alert-id='2']").not.toHaveText(/limit/);
});

test("a historic alert is never on the board", async () => {
    await openLiveBoard(makeBoard({ alerts: [makeAlert({ is_historic: true })] }));
    sendBus("alert", { alert: makeAlert({ id: 5, is_historic: true }) });
    sendBus("alert", { alert: makeAlert({ id: 6 }) });
    await waitFor("[data-alert-id='6']");
    expect(".o_sd_alert").toHaveCount(1);
});

test("where the farm asks for a report, a click opens its dialog", async () => {
    onRpc("iot.alert", "action_acknowledge_selected", () => ({
        type: "ir.actions.act_window",
        res_model: "iot.device",
        views: [[false, "form"]],
        target: "new",
    }));
    await openLiveBoard(makeBoard({ alerts: [makeAlert({ needs_report: true })] }));
    await contains(".o_sd_acknowledge").click();
    await waitFor(".o_dialog .o_device_form");
    expect(".o_sd_acknowledge").toHaveCount(1);
});

test("of many alerts fifty are drawn, and the others when asked for", async () => {
    const alerts = [...Array(120).keys()].map((n) => makeAlert({ id: n + 1 }));
    await openBoard(makeBoard({ alerts }));
    await waitFor(".o_sd_alert");
    expect(".o_sd_alert").toHaveCount(50);
    expect(".o_sd_alerts h2 .badge").toHaveText("120");
    await contains(".o_sd_more:contains(70)").click();
    await contains(".o_sd_more:contains(20)").click();
    expect(".o_sd_alert").toHaveCount(120);
    expect(".o_sd_more").toHaveCount(0);
});
