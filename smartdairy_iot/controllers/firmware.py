import time

from odoo import http
from odoo.http import request
from odoo.tools.osutil import clean_filename

from ..control.firmware import OPEN, is_signed
from ..notify.webhook import SHORTEST_SECRET
from ..settings import get_settings


class FirmwareController(http.Controller):
    @http.route(
        "/smartdairy_iot/firmware/<int:target_id>/<int:expires>/<string:signature>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        readonly=False,
    )
    def download(self, target_id, expires, signature):
        """The file for one device, once offered and not longer than that.

        Who has no right URL learns nothing: not even whether there is such a device.
        """
        # sudo - iot.firmware.target: a device has no user; the signature says who.
        target = request.env["iot.firmware.target"].sudo().browse(target_id).exists()
        if not target or not self._may(target, expires, signature):
            raise request.not_found()
        firmware = target.firmware_id
        stream = request.env["ir.binary"]._get_stream_from(firmware, "file")
        stream.mimetype = "application/octet-stream"
        stream.etag = firmware.sha256
        name = firmware.file_name or f"{firmware.version}.bin"
        stream.download_name = clean_filename(name)
        if request.httprequest.method == "GET":
            target._be_downloading()
        # Another device's, or a proxy's, copy would outlive the offer.
        return stream.get_response(as_attachment=True, max_age=0)

    @staticmethod
    def _may(target, expires, signature):
        master = get_settings().webhook_secret
        if len(master) < SHORTEST_SECRET:
            return False
        device = target.device_id
        return (
            is_signed(
                master, target.id, device.device_id, expires, signature, time.time()
            )
            and device.state != "retired"
            and target.is_offered
            and target.state in OPEN
        )
