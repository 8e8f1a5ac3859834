/** The reference client of the mobile API: its own shell, five views, no build step. */
import { html, render, useEffect, useState } from "../lib/htm-preact.js";
import { api } from "./api.js";
import { Alerts } from "./views/alerts.js";
import { Device } from "./views/device.js";
import { Devices } from "./views/devices.js";
import { Settings } from "./views/settings.js";
import { SignIn } from "./views/sign_in.js";

const TABS = [
    ["devices", "Devices", "◉"],
    ["alerts", "Alerts", "▲"],
    ["settings", "Settings", "☰"],
];

/** "#/device/TEMP-1" → ["device", "TEMP-1"] */
function route() {
    const [, name = "devices", id = ""] = location.hash.split("/");
    return [name, decodeURIComponent(id)];
}

/** The link in the QR code of the preferences: "#pair=ABCD-EFGH" → "ABCD-EFGH" */
function pairingCode() {
    return location.hash.match(/^#pair=([\w-]+)$/)?.[1] || "";
}

function App() {
    const [at, setAt] = useState(route);
    const [isSignedIn, setSignedIn] = useState(api.isSignedIn);
    useEffect(() => {
        window.addEventListener("hashchange", () => setAt(route()));
        api.addEventListener("change", () => {
            // The code of a link has been used, or is not wanted.
            if (pairingCode()) {
                history.replaceState(null, "", "#/devices");
            }
            setSignedIn(api.isSignedIn);
        });
        // Another tab signed in or out.
        window.addEventListener("storage", () => setSignedIn(api.isSignedIn));
    }, []);
    const code = pairingCode();
    useEffect(() => {
        const heading = isSignedIn && document.querySelector("h1");
        if (heading) {
            heading.tabIndex = -1;
            heading.focus();
        }
    }, [at, isSignedIn]);
    if (!isSignedIn) {
        return html`<${SignIn} key=${code} code=${code} />`;
    }
    const [name, id] = code ? ["settings"] : at;
    return html`
        ${
            name === "device"
                ? html`<${Device} key=${id} id=${id} />`
                : name === "alerts"
                  ? html`<${Alerts} />`
                  : name === "settings"
                    ? html`<${Settings} isPairing=${Boolean(code)} />`
                    : html`<${Devices} />`
        }
        <nav aria-label="Views">
            ${TABS.map(
                ([tab, label, mark]) =>
                    html`<a
                        key=${tab}
                        href=${`#/${tab}`}
                        aria-current=${tab === name || (tab === "devices" && name === "device") ? "page" : null}
                    >
                        <span aria-hidden="true">${mark}</span> ${label}
                    </a>`
            )}
        </nav>
    `;
}

render(html`<${App} />`, document.body);

if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/iot/app/sw.js", { scope: "/iot/app" });
}
