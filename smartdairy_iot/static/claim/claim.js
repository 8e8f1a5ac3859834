// The code of a label stands behind the #, where no server and no log sees it.
const form = document.getElementById("claim-code");
const code = location.hash.slice(1);
if (form && code) {
    history.replaceState(null, "", location.pathname);
    form.elements.code.value = code;
    form.requestSubmit();
}
