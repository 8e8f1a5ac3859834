from odoo import _, http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from ..onboarding.export import to_csv
from ..onboarding.label import SHEETS
from ..wizards.iot_device_claim_labels import MOST_DAYS, MOST_DEVICES

TECHNICIAN = "smartdairy_iot.group_iot_technician"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class OnboardingController(http.Controller):
    """Files for those who bring devices in."""

    @http.route(
        "/smartdairy_iot/devices/template.<any(csv,xlsx):kind>",
        type="http",
        auth="user",
        readonly=True,
    )
    def template(self, kind):
        _check_technician()
        wizard = request.env["iot.device.import"]
        if kind == "csv":
            return _send(to_csv(wizard._template_rows()), "text/csv", "devices.csv")
        return _send(wizard._template_workbook(), _XLSX, "devices.xlsx")

    @http.route(
        "/smartdairy_iot/devices/import/<int:import_id>/problems.csv",
        type="http",
        auth="user",
        readonly=True,
    )
    def problems(self, import_id):
        _check_technician()
        wizard = request.env["iot.device.import"].browse(import_id)
        if not wizard.exists():
            raise request.not_found()
        wizard.check_access("read")
        return _send(to_csv(wizard._problem_rows()), "text/csv", "problems.csv")

    @http.route(
        "/smartdairy_iot/claim/labels", type="http", auth="user", methods=["POST"]
    )
    def claim_labels(self, device_ids, size, days, **_more):
        """New one-time codes: in this answer, and nowhere else."""
        _check_technician()
        ids = [int(word) for word in device_ids.split(",") if word.isdigit()]
        is_sound = days.isdigit() and 1 <= int(days) <= MOST_DAYS
        if not ids or len(ids) > MOST_DEVICES or not is_sound:
            raise UserError(
                _(
                    "Choose 1 to %(most)s devices and a number of days.",
                    most=MOST_DEVICES,
                )
            )
        devices = request.env["iot.device"].browse(ids).exists()
        codes = request.env["iot.device.claim"]._make(devices, int(days))
        if size == "csv":
            return _send(to_csv(_code_rows(devices, codes)), "text/csv", "claims.csv")
        if size not in SHEETS:
            raise request.not_found()
        # sudo - ir.actions.report: as Odoo's own report controller reads it.
        report = request.env["ir.actions.report"].sudo()
        pdf, _type = report.with_user(request.env.user)._render_qweb_pdf(
            f"smartdairy_iot.iot_device_label_{size}",
            devices.ids,
            data={"codes": codes},
        )
        return _send(pdf, "application/pdf", "claim-labels.pdf")


def _code_rows(devices, codes):
    yield ["Device ID", "Serial Number", "Device Type", "Code", "QR"]
    for device in devices:
        code = codes[device.id]
        link = f"{device.get_base_url()}/iot/claim/{device.device_id}#{code}"
        yield [
            device.device_id,
            device.serial_number or "",
            device.device_type,
            code,
            link,
        ]


def _check_technician():
    if not request.env.user.has_group(TECHNICIAN):
        raise AccessError(_("This is for technicians and managers of Dairy IoT."))


def _send(content, mimetype, name):
    headers = [
        ("Content-Type", mimetype),
        ("Content-Disposition", content_disposition(name)),
        ("Cache-Control", "no-store"),
    ]
    return request.make_response(content, headers)
