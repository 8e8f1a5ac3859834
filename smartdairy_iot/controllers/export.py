import json
import re

from odoo import _, http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from ..readings.sheet import MOST_COLUMNS, MOST_ROWS, SheetError, to_xlsx

_USER = "smartdairy_iot.group_iot_user"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_BYTES = 8 * 1024 * 1024
_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f]+')


class ExportController(http.Controller):
    @http.route(
        "/smartdairy_iot/export/xlsx",
        type="http",
        auth="user",
        methods=["POST"],
        readonly=True,
        max_content_length=_MOST_BYTES,
    )
    def xlsx(self, data, **_more):
        """The rows that a board shows, as a workbook. Nothing is read here: what comes
        back is what the browser had.

        :param data: JSON ``{name, columns, rows}``
        """
        if not request.env.user.has_group(_USER):
            raise AccessError(_("This is for the users of Dairy IoT."))
        name, columns, rows = _parse(data)
        try:
            content = to_xlsx(name, columns, rows)
        except SheetError as error:
            raise UserError(_told(error.problem)) from error
        return request.make_response(
            content,
            [
                ("Content-Type", _XLSX),
                (
                    "Content-Disposition",
                    content_disposition(f"{_file_name(name)}.xlsx"),
                ),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )


def _file_name(name):
    """As the browser calls the CSV and the picture, see ``toFileName``."""
    return _NO_FILE_NAME.sub(" ", name).strip() or "export"


def _parse(data):
    try:
        table = json.loads(data)
        return str(table["name"])[:100], table["columns"], table["rows"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UserError(_told("shape")) from error


def _told(problem):
    if problem == "rows":
        return _(
            "At most %(most)s rows fit into an export. Choose a shorter time, or fewer "
            "devices.",
            most=MOST_ROWS,
        )
    if problem == "columns":
        return _("An export has 1 to %(most)s columns.", most=MOST_COLUMNS)
    return _("What was sent is no table of a board. Open the board again.")
