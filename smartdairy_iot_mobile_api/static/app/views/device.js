import { html, useState } from "../../lib/htm-preact.js";
import { curve } from "/smartdairy_iot/static/src/telemetry/curve.js";
import { api } from "../api.js";
import { fill, say } from "../language.js";
import { applyNews, mainReading } from "../news.js";
import { clock, day, quantity, title } from "../words.js";
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

function merge(data, messages) {
    const ofIt = messages.filter(({ device_id: id }) => id === data.device.deviceId);
    const isAlert = ({ type, alert }) =>
        type === "alert" && alert.deviceId === data.device.deviceId;
    if (messages.some(isAlert)) {
        return null;
    }
    if (!ofIt.length) {
        return data;
    }
    const last = data.points.at(-1)?.[0] ?? data.start;
    const added = ofIt
        .map((message) => [Date.parse(message.timestamp), mainReading(data.device, message)])
        .filter(([time, value]) => value !== null && time > last)
        .map(([time, value]) => [time, value, value, value]);
    return {
        ...data,
        device: applyNews(data.device, ofIt),
        end: Math.max(data.end, ...added.map(([time]) => time)),
        points: [...data.points, ...added],
    };
}

export function Device({ id }) {
    const [span, setSpan] = useState("24h");
    const loaded = useLoaded(`seen.device.${id}.${span}`, () => load(id, span), merge);
    const { device } = loaded.data || {};
    return html`<main>
        <a class="back" href="#/devices"><span aria-hidden="true">‹</span> ${say.devices}</a>
        <h1>${device?.name || id}</h1>
        <${Freshness} loaded=${loaded} />
        ${
            device &&
            html`<p class="now">
                    <span class="value">${quantity(device.lastValue, device.lastValueUnit)}</span>
                    <${DeviceState} device=${device} />
                </p>
                <div class="spans" role="group" aria-label=${say.span}>
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
                        <dt>${say.id}</dt>
                        <dd>${device.deviceId}</dd>
                    </div>
                    <div>
                        <dt>${say.type}</dt>
                        <dd>${say[device.deviceType] || title(device.deviceType)}</dd>
                    </div>
                    <div>
                        <dt>${say.farm}</dt>
                        <dd>${device.farmName || "–"}</dd>
                    </div>
                    <div>
                        <dt>${say.battery}</dt>
                        <dd>${quantity(device.batteryLevel, "%")}</dd>
                    </div>
                    <div>
                        <dt>${say.signal}</dt>
                        <dd>${quantity(device.signalStrength, "%")}</dd>
                    </div>
                    <div>
                        <dt>${say.firmware}</dt>
                        <dd>${device.firmwareVersion || "–"}</dd>
                    </div>
                </dl>`
        }
    </main>`;
}

function Chart({ points, start, end, unit, type, span }) {
    const drawn = curve(points, start, end, (end - start) / 20);
    if (!drawn) {
        return html`<p class="hint">${say.noReadings}</p>`;
    }
    const [low, high, last] = [drawn.low, drawn.high, drawn.last].map((v) => quantity(v, unit));
    const sentence = fill(say.chart, { what: title(type), span, low, high, last });
    return html`<figure class="chart">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${sentence}>
            <path class="band" d=${drawn.band} />
            <path class="line" d=${drawn.line} />
        </svg>
        <figcaption>
            <span>${span.endsWith("d") ? day(start) : clock(start)}</span>
            <span>${low} – ${high}</span>
            <span>${say.now}</span>
        </figcaption>
    </figure>`;
}
