import io

import xlsxwriter

from odoo import api, models

_WIDTH = 22  # characters


class IotDeviceImport(models.TransientModel):
    """The template: its first sheet is filled in, the second explains the columns."""

    _inherit = "iot.device.import"

    @api.model
    def _template_rows(self):
        """The header and one example, on a farm that the user has."""
        columns = self.env["iot.device"]._onboarding_columns()
        farm = self.env["farm.farm"].search([("tank_ids", "!=", False)], limit=1)
        farm = farm or self.env["farm.farm"].search([], limit=1)
        example = {column.name: column.example for column in columns}
        example |= {
            "farm": farm.name or "",
            "tank": farm.tank_ids[:1].name or "",
            "gateway": "",
        }
        return [
            [column.label for column in columns],
            [example[column.name] for column in columns],
        ]

    @api.model
    def _template_workbook(self):
        """:return: bytes of an XLSX file"""
        data = io.BytesIO()
        with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
            bold = book.add_format({"bold": True})
            text = book.add_format({"num_format": "@"})  # 007 and 4711E3 stay as typed
            wrapped = book.add_format({"text_wrap": True, "valign": "top"})
            sheet = book.add_worksheet("Devices")
            head, example = self._template_rows()
            sheet.set_column(0, len(head) - 1, _WIDTH, text)
            sheet.write_row(0, 0, head, bold)
            sheet.write_row(1, 0, example, text)
            sheet.freeze_panes(1, 0)
            explained = book.add_worksheet("Columns")
            explained.set_column(0, 0, _WIDTH)
            explained.set_column(1, 1, 90, wrapped)
            for row, cells in enumerate(self._explain_columns()):
                explained.write_row(row, 0, cells)
        return data.getvalue()

    @api.model
    def _explain_columns(self):
        """``[(header, what goes into it)]``"""
        devices, words = self.env["iot.device"], self._words_of_columns()
        for name in ("device_type", "location_type"):
            choices = devices._choices(name).items()
            listed = ", ".join(f"{value} ({label})" for value, label in choices)
            words[name] = f"{words[name]} {listed}"
        return [
            (column.label, words[column.name])
            for column in devices._onboarding_columns()
        ]

    @api.model
    def _words_of_columns(self):
        _ = self.env._
        return {
            "device_id": _(
                "The ID in its MQTT topic: up to 50 letters, digits and _ . : - A row "
                "whose ID is there already changes that device."
            ),
            "name": _("What people call it. Empty: the device ID."),
            "device_type": _("May be empty when the profile says it. One of:"),
            "serial_number": _(
                "Finds the device when there is no device ID; a new one is given an ID "
                "then. Format the column as text, or long numbers are shortened."
            ),
            "farm": _("Name or code of the farm."),
            "tank": _("Name of a tank of this farm."),
            "stall": _("Name of a milking stall of this farm."),
            "gateway": _(
                "ID, serial number or name of the gateway that publishes for it. It "
                "may stand in another row of the same file, above or below."
            ),
            "channel": _("How the gateway's messages call it."),
            "profile": _("Name of the device profile."),
            "source_key": _(
                "What a topic or payload of the profile calls it, such as its DevEUI."
            ),
            "location_type": _("Decides which limits apply. One of:"),
            "location_description": _("Where on the farm."),
            "manufacturer": _("Empty: that of the profile."),
            "model": _("Empty: that of the profile."),
            "offline_after": _(
                "Silent for longer than so many seconds, it counts as offline. Empty: "
                "as the profile says."
            ),
            "tags": _("Separated by commas."),
        }
