from urllib.parse import quote

from odoo import _, http
from odoo.http import request

from .onboarding import TECHNICIAN

_STATUS = {"unknown": 404, "not_allowed": 403, "no_farm": 403, "wait": 429}
# Nothing of these pages stays in a cache, in a log of another site, or in a frame.
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
}


class ClaimController(http.Controller):
    """What the QR code of a label opens, as a rule on a phone.

    The code stands behind the # of the label's address, which browsers do not send: the
    page posts it. Nothing is changed by GET.
    """

    @http.route("/iot/d/<string:device_id>", type="http", auth="user", readonly=True)
    def open_device(self, device_id):
        """The device's form, for who may see it."""
        device = _find_device(device_id)
        if not device:
            return _refuse("no_device", device_id, status=404)
        return _open_form(device)

    @http.route(
        "/iot/claim/<string:device_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def ask_code(self, device_id):
        if not _may_claim():
            device = _find_device(device_id)
            return _open_form(device) if device else _refuse("not_allowed", device_id)
        return _render("claim_code", device_id=device_id)

    @http.route(
        [
            "/iot/claim/<string:device_id>/check",
            "/iot/claim/<string:device_id>/confirm",
        ],
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def start_again(self, device_id):
        """Somebody reloaded the page, or opened it from the history."""
        return request.redirect(f"/iot/claim/{quote(device_id, safe='')}")

    @http.route(
        "/iot/claim/<string:device_id>/check",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def check(self, device_id, code="", **_more):
        """What would be claimed, and onto which farm."""
        claim, answer = _check_code(device_id, code)
        if answer:
            return answer
        # sudo - iot.device: who has its code may see what they would claim.
        device = claim.device_id.sudo()
        types = dict(device._fields["device_type"]._description_selection(device.env))
        return _render(
            "claim_confirm",
            device_id=device_id,
            device=device,
            device_type=types[device.device_type],
            code=code,
            farms=_farms(),
        )

    @http.route(
        "/iot/claim/<string:device_id>/confirm",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def confirm(self, device_id, code="", farm_id="", **_more):
        claim, answer = _check_code(device_id, code)
        if answer:
            return answer
        farm = _farms().filtered(lambda farm: str(farm.id) == farm_id)
        if not farm:
            return _refuse("no_farm", device_id)
        device = claim._use(farm)
        return _render("claim_done", device_id=device_id, device=device, farm=farm)


def _check_code(device_id, code):
    """:return: ``(claim, None)``, or ``(None, the page that says why not)``"""
    if not _may_claim():
        return None, _refuse("not_allowed", device_id)
    attempts = request.env["iot.device.claim.attempt"]
    user, address = request.env.user, request.httprequest.remote_addr
    if attempts._is_blocked(user, address):
        return None, _refuse("wait", device_id)
    claim, verdict = request.env["iot.device.claim"]._look_up(device_id, code)
    if verdict == "unknown":
        attempts._add(user, address, device_id)
    elif verdict == "open":
        if _farms():
            return claim, None
        verdict = "no_farm"
    return None, _refuse(verdict, device_id)


def _may_claim():
    return request.env.user.has_group(TECHNICIAN)


def _all_companies():
    """A phone has no company switcher: all those that the user may choose there."""
    companies = request.env.user.company_ids.ids
    context = {**request.env.context, "allowed_company_ids": companies}
    return request.env(context=context)


def _farms():
    return _all_companies()["farm.farm"].search([])


def _find_device(device_id):
    devices = _all_companies()["iot.device"]
    if not devices.has_access("read") or "\0" in device_id:  # which no text holds
        return devices.browse()
    return devices.search([("device_id", "=", device_id)], limit=1)


def _open_form(device):
    response = request.redirect(f"/odoo/iot-devices/{device.id}")
    company = device.company_id
    # What the web client of this browser shows; without it, the user's own company.
    cookie = request.cookies.get("cids") or str(request.env.company.id)
    shown = [int(word) for word in cookie.split("-") if word.isdigit()]
    if company and company.id not in shown:
        response.set_cookie("cids", "-".join(map(str, [*shown, company.id])))
    return response


def _refuse(verdict, device_id, status=None):
    device = _find_device(device_id)
    title, text = _words()[verdict]
    # Somebody scans their own device again.
    is_own = bool(device.farm_id) and verdict in (
        "used",
        "taken",
        "cancelled",
        "expired",
    )
    if is_own:
        title = _("This device is on your farm already")
        text = _("It stands on %(farm)s.", farm=device.farm_id.name)
    return _render(
        "claim_refused",
        status=status or _STATUS.get(verdict, 409),
        device_id=device_id,
        device=device if device.farm_id else device.browse(),
        title=title,
        text=text,
        can_retry=verdict == "unknown",
        is_own=is_own,
    )


def _words():
    supplier = _("Ask whoever delivered the device for a new label.")
    return {
        "no_device": (
            _("No such device"),
            _(
                "There is no device with this ID, or it is on a farm that you do "
                "not see."
            ),
        ),
        "unknown": (
            _("This code is not known"),
            _("Check the code on the label, letter by letter, or scan it again."),
        ),
        "used": (_("This code has been used"), supplier),
        "cancelled": (
            _("This label is no longer valid"),
            _("A newer label was made for this device. Scan that one."),
        ),
        "expired": (_("This code has expired"), supplier),
        "taken": (
            _("This device cannot be claimed"),
            _("It was assigned already. Ask whoever delivered it."),
        ),
        "not_allowed": (
            _("You may not claim devices"),
            _("Ask your administrator for the role Technician of Dairy IoT."),
        ),
        "no_farm": (
            _("You have no such farm"),
            _("Ask your manager to let you see the farm of this device."),
        ),
        "wait": (
            _("Too many wrong codes"),
            _("Wait a quarter of an hour, then scan the label again."),
        ),
    }


def _render(template, status=200, **values):
    response = request.render(f"smartdairy_iot.{template}", values, status=status)
    response.headers.update(_HEADERS)
    return response
