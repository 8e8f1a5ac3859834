from odoo import models

from ..onboarding.column import BY_NAME


class IotDeviceImport(models.TransientModel):
    """What is wrong with a row and what to do, in the language of the reader."""

    _inherit = "iot.device.import"

    def _label_of(self, column):
        return BY_NAME[column].label if column else ""

    def _words(self):
        """``{kind of problem: sentence}``"""
        of_cells = self._words_of_file() | self._words_of_cells()
        return of_cells | self._words_of_rows() | self._words_of_names()

    def _describe(self, problem, words=None):
        """One sentence, or two: what is wrong, and what to do about it.

        :param words: of :meth:`_words`, when there are many problems
        """
        values = problem.values
        sentence = (words or self._words())[problem.kind] % values
        near, choices = values.get("nearest"), values.get("choices")
        if near:
            sentence += " " + self.env._("Did you mean “%(nearest)s”?", nearest=near)
        elif choices:
            sentence += " " + self.env._("It is one of: %(choices)s.", choices=choices)
        return sentence

    def _words_of_file(self):
        _ = self.env._
        return {
            "too_large": _(
                "The file is larger than %(most)s MB. Delete what is no device, or "
                "divide it into several files."
            ),
            "too_many_rows": _(
                "The file has %(rows)s rows, and one import takes %(most)s. Divide it "
                "into several files."
            ),
            "empty": _("The file is empty. Start from the template."),
            "only_header": _("The file has column headers, but no row below them."),
            "not_text": _(
                "This is neither a CSV nor an XLSX file. In the spreadsheet, save it "
                "as CSV or as Excel workbook."
            ),
            "encoding": _(
                "The file says that it is %(encoding)s, but has bytes that are not, at "
                "position %(position)s. Save it again as CSV UTF-8."
            ),
            "csv": _(
                "The file cannot be read as CSV at line %(line)s: %(problem)s. Look "
                "for a quotation mark that is not closed."
            ),
            "workbook": _(
                "The workbook cannot be opened: %(problem)s. Save it again, or save "
                "the sheet as CSV."
            ),
            "no_openpyxl": _(
                "This server cannot read workbooks: the Python library openpyxl is "
                "missing. Save the sheet as CSV."
            ),
            "column_twice": _("Two columns have this header. Delete one of them."),
            "misspelt_column": _("There is no column “%(header)s”."),
            "no_key_column": _(
                "There is neither a column Device ID nor Serial Number, so that the "
                "same file again would make every device twice. Add one of them."
            ),
        }

    def _words_of_cells(self):
        _ = self.env._
        return {
            "device_id": _(
                "“%(text)s” cannot be a device ID. Use up to 50 letters, digits and "
                "_ . : - beginning with a letter or digit."
            ),
            "seconds": _(
                "“%(text)s” is no number of seconds. Write a whole number, such as 300."
            ),
            "choice": _("“%(text)s” is none of the choices."),
            "shortened_number": _(
                "“%(text)s” was shortened by the spreadsheet, and its last digits are "
                "lost. Format the column as text and enter it again."
            ),
            "control_character": _(
                "“%(text)s” has a character that cannot be printed. Delete it."
            ),
            "too_long": _("The text is longer than %(most)s characters. Shorten it."),
        }

    def _words_of_rows(self):
        _ = self.env._
        return {
            "no_key": _(
                "The row has neither a device ID nor a serial number, so that the same "
                "file again would make the device twice. Enter one of them."
            ),
            "twice": _(
                "“%(text)s” stands in row %(first)s, too. Delete one of the rows, or "
                "correct it."
            ),
            "case_twin_row": _(
                "“%(text)s” differs from “%(twin)s” in row %(first)s by upper and "
                "lower case only. Delete one of the rows, or choose another ID."
            ),
            "case_twin": _(
                "“%(text)s” differs from the device “%(twin)s” by upper and lower case "
                "only. If that one is meant, write its ID exactly like this."
            ),
            "device_id_unseen": _(
                "“%(text)s” is the ID of a device that you may not see. Choose another "
                "ID, or ask a manager."
            ),
            "serial_unseen": _(
                "“%(text)s” is the serial number of a device that you may not see. "
                "Check the number, or ask a manager."
            ),
            "serial_taken": _(
                "“%(text)s” is the serial number of the device %(device)s. Check the "
                "number, or write the ID %(device)s in this row."
            ),
            "channel_taken": _(
                "The device %(device)s has channel “%(text)s” of this gateway."
            ),
            "source_key_taken": _(
                "The device %(device)s of this profile has the key “%(text)s”."
            ),
            "fixed": _(
                "The device is in use as %(before)s and cannot become %(after)s. "
                "Retire it, and give the new one another ID."
            ),
            "no_type": _("A new device needs a type, or a profile that has one."),
            "profile_type": _(
                "The profile “%(profile)s” is for: %(of_profile)s. The device is: "
                "%(of_device)s."
            ),
        }

    def _words_of_names(self):
        _ = self.env._
        return {
            "unknown_farm": _(
                "You see no farm with the name or code “%(text)s”. Correct it, or "
                "have the farm created first."
            ),
            "unknown_tank": _("The farm %(farm)s has no tank “%(text)s”."),
            "unknown_stall": _("The farm %(farm)s has no stall “%(text)s”."),
            "unknown_profile": _("There is no device profile “%(text)s”."),
            "unknown_tags": _("There is no tag “%(text)s”."),
            "ambiguous": _(
                "Several are called “%(text)s”. Farms can be named by their code, "
                "others must be renamed first."
            ),
            "no_farm": _(
                "The row names “%(text)s”, but no farm on which it stands. Fill in the "
                "farm, too."
            ),
            "farm_needed": _(
                "A device on no farm can only be a draft. Fill in the farm, or choose "
                "one for the rest when you import."
            ),
            "gateway_retired": _("The gateway “%(text)s” is retired. Name another."),
            "unknown_gateway": _(
                "No device with the ID, serial number or name “%(text)s” is there, nor "
                "in the file."
            ),
            "ambiguous_gateway": _(
                "Several devices are called “%(text)s”. Write the ID of the gateway."
            ),
            "no_gateway": _(
                "“%(text)s” cannot publish for others: it is no gateway, and its "
                "profile has no mapping with channels."
            ),
            "own_gateway": _("A device cannot be its own gateway."),
            "gateway_circle": _("The gateways of this row go round in a circle."),
            "gateway_farm": _("The gateway %(text)s stands on another farm."),
            "gateway_stays": _(
                "The device would change its farm, but its gateway %(text)s stays. "
                "Name a gateway of the new farm, or move the gateway in the same file."
            ),
        }

    # Rows without a problem -----------------------------------------------------------

    def _describe_item(self, item, plan, known):
        """``Farm: Green Valley Dairy → Hillside Farm``; of a new one its place."""
        if item.kind == "update":
            changes = []
            for column, value in item.values.items():
                before = known.by_id[item.device][column]
                shown = [self._shown(column, one, known) for one in (before, value)]
                changes.append(f"{self._label_of(column)}: {' → '.join(shown)}")
            return "; ".join(changes)
        if item.kind == "create":
            shown = ("device_type", "farm", "tank", "stall")
            values = [(column, item.values.get(column)) for column in shown]
            return ", ".join(
                self._shown(column, value, known) for column, value in values if value
            )
        return self.env._("Retired, left alone") if item.kind == "kept" else ""

    def _shown(self, column, value, known):
        if not value:
            return "–"
        if column in known.choices:
            return known.choices[column].get(value, value)
        if column == "gateway":
            device = known.by_id.get(value)
            return device["device_id"] if device else self.env._("in this file")
        names = known.by_record.get(column)
        if names is None:
            return str(value)
        records = value if isinstance(value, tuple) else (value,)
        return ", ".join(names[key].name for key in records if key in names) or "…"
