/**
 * What stays in the browser: how to get a new access token, and what was seen last.
 *
 * The refresh token lies in localStorage. The API gives it in the body of an answer, as apps on
 * phones need it, and this client uses nothing but the API: there is no endpoint that would set
 * a cookie. What protects it: the page's policy lets no foreign or inline script run; each is
 * good for one use; and a copied one that is shown again signs this device out.
 */
const PREFIX = "smartdairy_iot.";

export function keep(name, value) {
    try {
        localStorage.setItem(PREFIX + name, JSON.stringify(value));
    } catch {
        // Full, or forbidden: then it is only not there next time.
    }
}

export function kept(name) {
    try {
        return JSON.parse(localStorage.getItem(PREFIX + name));
    } catch {
        return null;
    }
}

/** Nothing of a farm stays behind on a phone that somebody signs out of. */
export function forgetAll() {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    names.forEach((name) => localStorage.removeItem(name));
}
