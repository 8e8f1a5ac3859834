/* The shell opens without a network. What the API answers is never kept here. */
const SHELL = "sd-iot-shell-3";
const BASE = "/smartdairy_iot_mobile_api/static/app/";
const FILES = [
    "/iot/app",
    "/iot/app/manifest.webmanifest",
    "/smartdairy_iot/static/src/telemetry/curve.js",
    "/smartdairy_iot/static/src/telemetry/main_measure.js",
    "/smartdairy_iot_mobile_api/static/lib/htm-preact.js",
    "/smartdairy_iot_mobile_api/static/src/app_terms.js",
    ...[
        "app.css",
        "app.js",
        "api.js",
        "icon.svg",
        "icon-192.png",
        "icon-512.png",
        "kept.js",
        "language.js",
        "live.js",
        "news.js",
        "words.js",
        "views/alerts.js",
        "views/device.js",
        "views/devices.js",
        "views/parts.js",
        "views/settings.js",
        "views/sign_in.js",
    ].map((name) => BASE + name),
];

globalThis.addEventListener("install", (event) => {
    const keep = async () => {
        const cache = await caches.open(SHELL);
        await cache.addAll(FILES.map((url) => new Request(url, { cache: "no-cache" })));
        await globalThis.skipWaiting();
    };
    event.waitUntil(keep());
});

globalThis.addEventListener("activate", (event) => {
    const tidy = async () => {
        const names = await caches.keys();
        const old = names.filter((name) => name.startsWith("sd-iot-shell-") && name !== SHELL);
        await Promise.all(old.map((name) => caches.delete(name)));
        await globalThis.clients.claim();
    };
    event.waitUntil(tidy());
});

/** What the server has now, so that an update arrives; without a network, what is kept. */
async function answer(request) {
    const cache = await caches.open(SHELL);
    try {
        const fresh = await fetch(request, { cache: "no-cache" });
        if (fresh.ok) {
            await cache.put(request, fresh.clone());
        }
        return fresh;
    } catch (error) {
        const kept = await cache.match(request);
        if (kept) {
            return kept;
        }
        throw error;
    }
}

globalThis.addEventListener("fetch", (event) => {
    const { pathname, origin } = new URL(event.request.url);
    const isShell = origin === globalThis.location.origin && FILES.includes(pathname);
    if (isShell && event.request.method === "GET") {
        event.respondWith(answer(event.request));
    }
});
