import { html, useState } from "../../lib/htm-preact.js";
import { api } from "../api.js";
import { say } from "../language.js";
import { applyNews } from "../news.js";
import { quantity } from "../words.js";
import { DeviceState, Freshness, useLoaded } from "./parts.js";

async function load() {
    const [summary, { devices }] = await Promise.all([
        api.get("/dashboard/summary"),
        api.get("/devices", { state: "active" }),
    ]);
    return { summary, devices };
}

/** Counts and averages are the server's: an alert, or one online that was not, reads them again. */
function merge(data, messages) {
    if (messages.some(({ type }) => type === "alert")) {
        return null;
    }
    let isAnyNew = false;
    const devices = data.devices.map((device) => {
        const next = applyNews(device, messages);
        isAnyNew ||= next.isOnline !== device.isOnline;
        return next;
    });
    if (isAnyNew) {
        return null;
    }
    const isSame = devices.every((device, index) => device === data.devices[index]);
    return isSame ? data : { ...data, devices };
}

export function Devices() {
    const loaded = useLoaded("seen.devices", load, merge);
    const [text, setText] = useState("");
    const { summary, devices = [] } = loaded.data || {};
    const wanted = text.trim().toLowerCase();
    const shown = devices.filter((device) =>
        `${device.name} ${device.deviceId} ${device.farmName}`.toLowerCase().includes(wanted)
    );
    return html`<main>
        <h1>${say.devices}</h1>
        <${Freshness} loaded=${loaded} />
        ${
            summary &&
            html`<dl class="figures">
                <div>
                    <dt>${say.online}</dt>
                    <dd>${summary.online_devices} / ${summary.total_devices}</dd>
                </div>
                <div>
                    <dt>${say.average}</dt>
                    <dd>${quantity(summary.avg_temperature, "°C")}</dd>
                </div>
                <div>
                    <dt>${say.milkToday}</dt>
                    <dd>${quantity(summary.total_milk_today, "L")}</dd>
                </div>
            </dl>`
        }
        <input
            type="search"
            aria-label=${say.find}
            placeholder=${say.find}
            value=${text}
            onInput=${(event) => setText(event.target.value)}
        />
        <ul class="cards">
            ${shown.map(
                (device) =>
                    html`<li key=${device.id} data-device-id=${device.deviceId}>
                        <a class="card" href=${`#/device/${encodeURIComponent(device.deviceId)}`}>
                            <span class="name">${device.name}</span>
                            <span class="value"
                                >${quantity(device.lastValue, device.lastValueUnit)}</span
                            >
                            <span class="place"
                                >${[device.farmName, device.locationDescription].filter(Boolean).join(" · ")}</span
                            >
                            <${DeviceState} device=${device} />
                        </a>
                    </li>`
            )}
        </ul>
        ${loaded.data && !shown.length && html`<p class="hint">${wanted ? say.noSuchDevice : say.noDevice}</p>`}
    </main>`;
}
