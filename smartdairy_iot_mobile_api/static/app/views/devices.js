import { html, useState } from "../../lib/htm-preact.js";
import { api } from "../api.js";
import { quantity } from "../words.js";
import { DeviceState, Freshness, useLoaded } from "./parts.js";

async function load() {
    const [summary, { devices }] = await Promise.all([
        api.get("/dashboard/summary"),
        api.get("/devices", { state: "active" }),
    ]);
    return { summary, devices };
}

export function Devices() {
    const loaded = useLoaded("seen.devices", load);
    const [text, setText] = useState("");
    const { summary, devices = [] } = loaded.data || {};
    const wanted = text.trim().toLowerCase();
    const shown = devices.filter((device) =>
        `${device.name} ${device.deviceId} ${device.farmName}`.toLowerCase().includes(wanted)
    );
    return html`<main>
        <h1>Devices</h1>
        <${Freshness} loaded=${loaded} />
        ${
            summary &&
            html`<dl class="figures">
                <div>
                    <dt>Online</dt>
                    <dd>${summary.online_devices} / ${summary.total_devices}</dd>
                </div>
                <div>
                    <dt>Average</dt>
                    <dd>${quantity(summary.avg_temperature, "°C")}</dd>
                </div>
                <div>
                    <dt>Milk today</dt>
                    <dd>${quantity(summary.total_milk_today, "L")}</dd>
                </div>
            </dl>`
        }
        <input
            type="search"
            aria-label="Find a device"
            placeholder="Find a device"
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
        ${loaded.data && !shown.length && html`<p class="hint">${wanted ? "No device is called like that." : "No device yet."}</p>`}
    </main>`;
}
