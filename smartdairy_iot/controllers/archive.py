from odoo import _, http
from odoo.exceptions import AccessError
from odoo.http import Stream, request


class ArchiveController(http.Controller):
    @http.route(
        "/smartdairy_iot/archive/<int:archive_id>",
        type="http",
        auth="user",
        readonly=True,
    )
    def download(self, archive_id):
        """The file: of all companies, so it is for Odoo's administrators."""
        if not request.env.user.has_group("base.group_system"):
            raise AccessError(_("Archives hold the readings of all companies."))
        archive = request.env["iot.archive"].browse(archive_id)
        archive.check_access("read")
        if not archive.exists():
            raise request.not_found()
        path = archive._path()
        if not path.is_file():
            raise request.not_found()
        stream = Stream(
            type="path",
            path=str(path),
            mimetype="application/octet-stream",
            download_name=path.name,
            size=path.stat().st_size,
        )
        return stream.get_response(as_attachment=True)
