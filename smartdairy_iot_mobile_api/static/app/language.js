/** The app speaks the person's language: terms out of Odoo's own translations. */
import { makeTerms } from "../src/app_terms.js";
import { keep, kept } from "./kept.js";

const MODULE = "smartdairy_iot_mobile_api";
export const language = new EventTarget();
/** What the app says, by its name in `app_terms.js`. */
export const say = {};

function speak({ lang, direction = "ltr", messages = [] } = {}) {
    const translated = new Map(messages.map(({ id, string }) => [id, string]));
    Object.assign(
        say,
        makeTerms((text) => translated.get(text) || text)
    );
    const root = document.documentElement;
    root.lang = locale(lang) || "en";
    root.dir = direction;
    language.dispatchEvent(new Event("change"));
}

/** "sr_RS@latin" → "sr-RS", as the browser names it */
function locale(lang = "") {
    return lang.split("@")[0].replaceAll("_", "-");
}

/** @param {string} lang as Odoo names it: "bn_BD"; one that is not installed is English */
export async function follow(lang) {
    const query = new URLSearchParams({ mods: MODULE, lang });
    const asked = (follow.asked = Symbol(lang));
    let found;
    try {
        // The answer says that it may be kept for months: an update would not arrive.
        const response = await fetch(`/web/webclient/translations?${query}`, {
            credentials: "omit",
            cache: "no-store",
        });
        found = await response.json();
    } catch {
        return; // What was spoken last.
    }
    if (follow.asked !== asked) {
        return; // Another one is wanted by now.
    }
    const words = {
        lang: found.lang || "en_US",
        direction: found.lang_parameters?.direction,
        messages: found.modules?.[MODULE]?.messages,
    };
    if (kept("user")) {
        keep("words", words);
    }
    speak(words);
}

/** fill("%(count)s alerts", { count: 2 }) → "2 alerts" */
export function fill(text, values) {
    return text.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
}

speak(kept("words") || undefined);
