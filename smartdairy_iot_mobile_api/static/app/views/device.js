import { html, useState } from "../../lib/htm-preact.js";
import { curve } from "/smartdairy_iot/static/src/telemetry/curve.js";
import { api } from "../api.js";
import { clock, quantity, title } from "../words.js";
import { DeviceState, Freshness, useLoaded } from "./parts.js";

const HOUR = 3_600_000;
const SPANS = { "1h": 1, "6h": 6, "24h": 24, "7d": 168, "30d": 720 };

async function load(id, span) {
    const end = Date.now();
    const start = end - SPANS[span] * HOUR;
    const path = `/devices/${encodeURIComponent(id)}`;
    const query = { start_date: new Date(start).toISOString(), resolution: "bucketed" };
    const [device, answer] = await Promise.all([api.get(path), api.get(`${path}/readings`, query)]);
    const type = answer.readings[0]?.readingType;
    const points = answer.readings
        .filter((reading) => reading.readingType === type)
        .map(({ timestamp, value, metadata }) => [
            Date.parse(timestamp),
            value,
            metadata?.min ?? value,
            metadata?.max ?? value,
        ])
        .sort((a, b) => a[0] - b[0]);
    return { device, span, start, end, points, type, unit: answer.readings[0]?.unit || "" };
}

export function Device({ id }) {
    const [span, setSpan] = useState("24h");
    const loaded = useLoaded(`seen.device.${id}.${span}`, () => load(id, span), 30);
    const { device } = loaded.data || {};
    return html`<main>
        <a class="back" href="#/devices">‹ Devices</a>
        <h1>${device?.name || id}</h1>
        <${Freshness} loaded=${loaded} />
        ${
            device &&
            html`<p class="now">
                    <span class="value">${quantity(device.lastValue, device.lastValueUnit)}</span>
                    <${DeviceState} device=${device} />
                </p>
                <div class="spans" role="group" aria-label="Span">
                    ${Object.keys(SPANS).map(
                        (name) =>
                            html`<button
                                key=${name}
                                type="button"
                                aria-pressed=${name === span}
                                onClick=${() => setSpan(name)}
                            >
                                ${name}
                            </button>`
                    )}
                </div>
                <${Chart} ...${loaded.data} />
                <dl class="facts">
                    <div>
                        <dt>ID</dt>
                        <dd>${device.deviceId}</dd>
                    </div>
                    <div>
                        <dt>Type</dt>
                        <dd>${title(device.deviceType)}</dd>
                    </div>
                    <div>
                        <dt>Farm</dt>
                        <dd>${device.farmName || "–"}</dd>
                    </div>
                    <div>
                        <dt>Battery</dt>
                        <dd>${quantity(device.batteryLevel, "%")}</dd>
                    </div>
                    <div>
                        <dt>Signal</dt>
                        <dd>${quantity(device.signalStrength, "%")}</dd>
                    </div>
                    <div>
                        <dt>Firmware</dt>
                        <dd>${device.firmwareVersion || "–"}</dd>
                    </div>
                </dl>`
        }
    </main>`;
}

function Chart({ points, start, end, unit, type, span }) {
    const drawn = curve(points, start, end, (end - start) / 20);
    if (!drawn) {
        return html`<p class="hint">No readings in this time.</p>`;
    }
    const [low, high, last] = [drawn.low, drawn.high, drawn.last].map((v) => quantity(v, unit));
    const sentence = `${title(type)} over ${span}: from ${low} to ${high}, last ${last}`;
    return html`<figure class="chart">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${sentence}>
            <path class="band" d=${drawn.band} />
            <path class="line" d=${drawn.line} />
        </svg>
        <figcaption>
            <span>${span.endsWith("d") ? new Date(start).toLocaleDateString() : clock(start)}</span>
            <span>${low} – ${high}</span>
            <span>now</span>
        </figcaption>
    </figure>`;
}
