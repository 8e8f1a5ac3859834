import { onWillDestroy, reactive, toRaw, useComponent, useState } from "@odoo/owl";
import { router, routerBus } from "@web/core/browser/router";
import { useSetupAction } from "@web/search/action_hook";

/** The router's state as an address gave it: a state that an action pushed is another object. */
let opened = router.current;
routerBus.addEventListener("ROUTE_CHANGE", () => (opened = router.current));

/** From the address to the type of the default; the router has made numbers of digits. */
function parse(value, initial) {
    if (Array.isArray(initial)) {
        const numeric = (item) => (/^\d+$/.test(item) ? Number(item) : item);
        return String(value).split(",").filter(Boolean).map(numeric);
    }
    switch (typeof initial) {
        case "number":
            return isNaN(value) ? initial : Number(value);
        case "boolean":
            return Boolean(Number(value));
    }
    return String(value);
}

/** What differs from the default only: a plain address for a plain board. */
function toQuery(state, defaults) {
    const query = {};
    for (const [key, initial] of Object.entries(defaults)) {
        const text = Array.isArray(initial) ? state[key].join() : state[key];
        const isDefault = text === (Array.isArray(initial) ? initial.join() : initial);
        query[key] = isDefault ? undefined : typeof text === "boolean" ? Number(text) : text;
    }
    return query;
}

function readQuery({ action, state }, defaults) {
    if (state?.query) {
        return state.query; // back by the breadcrumb
    }
    const params = action?.params || {};
    const isGiven = Object.keys(defaults).some((key) => key in params);
    if (isGiven && router.current !== opened) {
        return params; // opened by `doAction`
    }
    const names = [action?.path, action?.id, action?.tag];
    return names.includes(router.current.action) ? router.current : {};
}

/**
 * A reactive object kept in the query of the URL: it can be sent to somebody, survives a reload,
 * and the browser's back button undoes a change. For the component of a client action, whose
 * `params` give the first values to who opens it by `doAction`; elsewhere it is a plain state.
 *
 * @template {Record<string, string | number | boolean | (string | number)[]>} T
 * @param {T} defaults what is not written into the URL; the keys are those of the query
 * @returns {T}
 */
export function useUrlState(defaults) {
    const { props } = useComponent();
    const query = readQuery(props, defaults);
    const values = { ...defaults };
    for (const [key, initial] of Object.entries(defaults)) {
        if (query[key] !== undefined && query[key] !== "") {
            values[key] = parse(query[key], initial);
        }
    }
    let alive = true;
    const write = () => {
        if (alive) {
            // Reading it observes it.
            props.updateActionState?.(toQuery(state, defaults));
        }
    };
    const state = reactive(values, write);
    write();
    if (props.updateActionState) {
        useSetupAction({ getLocalState: () => ({ query: toQuery(toRaw(state), defaults) }) });
    }
    onWillDestroy(() => (alive = false));
    return useState(state);
}
