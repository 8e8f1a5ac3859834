/** The reference client of the mobile API: its own shell, five views, no build step. */
import { html, render, useEffect, useState } from "../lib/htm-preact.js";
import { api } from "./api.js";
import { kept } from "./kept.js";
import { follow, language, say } from "./language.js";
import { live } from "./live.js";
import { Alerts } from "./views/alerts.js";
import { Device } from "./views/device.js";
import { Devices } from "./views/devices.js";
import { Settings } from "./views/settings.js";
import { SignIn } from "./views/sign_in.js";

const TABS = [
    ["devices", "◉"],
    ["alerts", "▲"],
    ["settings", "☰"],
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
    const [, setSpoken] = useState(0);
    useEffect(() => {
        language.addEventListener("change", () => setSpoken((count) => count + 1));
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
        window.addEventListener("offline", () => live.drop());
        window.addEventListener("online", () => live.hurry());
    }, []);
    useEffect(() => {
        follow(kept("user")?.language || navigator.language.replace("-", "_"));
        const look = () =>
            isSignedIn && document.visibilityState === "visible" ? live.start() : live.stop();
        look();
        document.addEventListener("visibilitychange", look);
        return () => document.removeEventListener("visibilitychange", look);
    }, [isSignedIn]);
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
        <nav aria-label=${say.views}>
            ${TABS.map(
                ([tab, mark]) =>
                    html`<a
                        key=${tab}
                        href=${`#/${tab}`}
                        aria-current=${tab === name || (tab === "devices" && name === "device") ? "page" : null}
                    >
                        <span aria-hidden="true">${mark}</span> ${say[tab]}
                    </a>`
            )}
        </nav>
    `;
}

render(html`<${App} />`, document.body);

if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/iot/app/sw.js", { scope: "/iot/app" });
}
