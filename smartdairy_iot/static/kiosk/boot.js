/* A page of strict policy has no script within: what Odoo's bundle expects is read here. */
globalThis.odoo = {
    csrf_token: "",
    debug: "",
    __session_info__: JSON.parse(document.getElementById("o_iot_session").textContent),
};
