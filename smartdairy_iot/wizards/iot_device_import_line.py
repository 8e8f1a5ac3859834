from odoo import fields, models

from .iot_device_import import _KINDS


class IotDeviceImportLine(models.TransientModel):
    """What one row of the file would do, or why it cannot."""

    _name = "iot.device.import.line"
    _description = "Row of a Device Import"
    _order = "row, id"

    import_id = fields.Many2one(
        "iot.device.import", required=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(_KINDS, required=True)
    row = fields.Integer(help="As the spreadsheet numbers it.")
    column = fields.Char()
    title = fields.Char("Device")
    note = fields.Text()  # a text wraps in a list
