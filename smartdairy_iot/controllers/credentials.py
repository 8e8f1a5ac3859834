from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

_OTHER_SITES = ("cross-site", "same-site")


class CredentialsController(http.Controller):
    @http.route("/smartdairy_iot/credentials/<int:ticket_id>", type="http", auth="user")
    def hand_out(self, ticket_id):
        """Keys, certificates or tokens that whoever asked for them may have once.

        A browser downloads it by GET: another site that sends somebody here must not
        use up their ticket.
        """
        if request.httprequest.headers.get("Sec-Fetch-Site") in _OTHER_SITES:
            raise request.not_found()
        ticket = request.env["iot.credential.issue"].browse(ticket_id)
        if not ticket.exists() or ticket.create_uid != request.env.user:
            raise request.not_found()
        ticket.check_access("read")
        try:
            name, content = ticket._hand_out()
        except UserError as error:
            request.env.cr.rollback()
            return request.make_response(
                str(error), [("Content-Type", "text/plain; charset=utf-8")], status=409
            )
        return _attachment(name, content, "application/zip")

    @http.route(
        "/smartdairy_iot/certificate/<int:certificate_id>",
        type="http",
        auth="user",
        readonly=True,
    )
    def certificate(self, certificate_id):
        """The certificate, without a key."""
        certificate = request.env["iot.certificate"].browse(certificate_id)
        certificate.check_access("read")
        if not certificate.exists():
            raise request.not_found()
        return _attachment(
            f"{certificate.common_name}.crt",
            certificate.pem.encode(),
            "application/x-pem-file",
        )


def _attachment(name, content, mimetype):
    return request.make_response(
        content,
        [
            ("Content-Type", mimetype),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store"),
        ],
    )
