import base64

from odoo import Command, _, fields, models
from odoo.exceptions import UserError

from ..onboarding.plan import make_plan
from ..onboarding.problem import FileError
from ..onboarding.table import read_table

_KINDS = [
    ("problem", "Problem"),
    ("create", "New"),
    ("update", "Changed"),
    ("unchanged", "Unchanged"),
    ("kept", "Retired, left alone"),
]
_BEFORE = {
    "draft": (),
    "registered": ("draft",),
    "active": ("draft", "registered"),
}
_MOST_LINES = 1000  # of each kind; nobody reads more, the download has all problems


class IotDeviceImport(models.TransientModel):
    """Devices from a file: what it would do is shown first, then all of it is done."""

    _name = "iot.device.import"
    _description = "Import Devices"

    step = fields.Selection([("file", "File"), ("preview", "Preview")], default="file")
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    farm_id = fields.Many2one(
        "farm.farm",
        string="Farm of the Rest",
        help="For devices that stand on no farm yet, and whose row names none.",
    )
    target_state = fields.Selection(
        [
            ("draft", "Draft: nothing is taken from them yet"),
            ("registered", "Registered"),
            ("active", "Active: their readings are taken at once"),
        ],
        string="New Devices Become",
        required=True,
        default="active",
    )
    found = fields.Char(readonly=True, help="What kind of file it is.")
    ignored = fields.Char("Columns Not Used", readonly=True)
    fingerprint = fields.Char(readonly=True)
    line_ids = fields.One2many("iot.device.import.line", "import_id", readonly=True)
    problem_ids = fields.One2many(
        "iot.device.import.line", "import_id", domain=[("kind", "=", "problem")]
    )
    create_ids = fields.One2many(
        "iot.device.import.line", "import_id", domain=[("kind", "=", "create")]
    )
    update_ids = fields.One2many(
        "iot.device.import.line", "import_id", domain=[("kind", "=", "update")]
    )
    unchanged_ids = fields.One2many(
        "iot.device.import.line",
        "import_id",
        domain=[("kind", "in", ("unchanged", "kept"))],
    )
    problem_count = fields.Integer("Problems", readonly=True)
    create_count = fields.Integer("New", readonly=True)
    update_count = fields.Integer("Changed", readonly=True)
    unchanged_count = fields.Integer("Number Unchanged", readonly=True)
    move_count = fields.Integer("Registered or Activated", readonly=True)
    has_changed = fields.Boolean(readonly=True)

    def action_preview(self):
        self.ensure_one()
        self.has_changed = False
        self._show(*self._make_plan())
        return self._reopen()

    def action_back(self):
        self.write({"step": "file", "line_ids": [Command.clear()]})
        return self._reopen()

    def action_import(self):
        """All of it or nothing.

        :return: the batch, or the preview again when it would do something else now
        """
        self.ensure_one()
        plan, known, table = self._make_plan()
        if plan.problems or plan.fingerprint() != self.fingerprint:
            self.has_changed = plan.fingerprint() != self.fingerprint
            self._show(plan, known, table)
            return self._reopen()
        batch = self._carry_out(plan)
        return {
            "type": "ir.actions.act_window",
            "name": _("Imported Devices"),
            "res_model": "iot.device.batch",
            "res_id": batch.id,
            "views": [(False, "form")],
        }

    def action_download_problems(self):
        return {
            "type": "ir.actions.act_url",
            "url": f"/smartdairy_iot/devices/import/{self.id}/problems.csv",
            "target": "download",
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Import Devices"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _make_plan(self):
        """:return: ``(plan, known, table)``
        :raise UserError: the file cannot be read
        """
        devices = self.env["iot.device"]
        devices.check_access("create")
        if not self.file and self.file_name:
            raise UserError(_("The file %(name)s is empty.", name=self.file_name))
        if not self.file:
            raise UserError(_("Choose a file first."))
        try:
            table = read_table(base64.b64decode(self.file))
        except FileError as error:
            raise UserError(self._describe(error.problem)) from None
        known = devices._load_known()
        plan = make_plan(
            table,
            known,
            devices._onboarding_columns(),
            devices._onboarding_headers(),
            self.farm_id.id or None,
            devices._needs_farm(self.target_state),
        )
        return plan, known, table

    def _show(self, plan, known, table):
        lines = self._to_lines(plan, known)
        counts = {kind: len(plan.of(kind)) for kind, _label in _KINDS}
        self.write(
            {
                "step": "preview",
                "found": self._describe_file(table),
                "ignored": ", ".join(plan.ignored),
                "fingerprint": plan.fingerprint(),
                "problem_count": len(plan.problems),
                "create_count": counts["create"],
                "update_count": counts["update"],
                "unchanged_count": counts["unchanged"] + counts["kept"],
                "move_count": len(self._to_move(plan, known)),
                "line_ids": [
                    Command.clear(),
                    *(Command.create(line) for line in lines),
                ],
            }
        )

    def _to_lines(self, plan, known):
        words = self._words()
        lines = [
            {
                "kind": "problem",
                "row": problem.row,
                "column": self._label_of(problem.column),
                "note": self._describe(problem, words),
            }
            for problem in plan.problems[:_MOST_LINES]
        ]
        for kind, _label in _KINDS[1:]:
            lines += [
                {
                    "kind": kind,
                    "row": item.row,
                    "title": item.title,
                    "note": self._describe_item(item, plan, known),
                }
                for item in plan.of(kind)[:_MOST_LINES]
            ]
        return lines

    def _to_move(self, plan, known):
        """Devices in the file, there already, that would be registered or activated."""
        states = _BEFORE[self.target_state]
        return [
            item.device
            for item in plan.items
            if item.device and known.by_id[item.device].state in states
        ]

    def _describe_file(self, table):
        count = len(table.rows)
        rows = _("1 row") if count == 1 else _("%(count)s rows", count=count)
        if not table.encoding:
            return f"XLSX, {rows}"
        names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}
        separator = names.get(table.separator, table.separator)
        return _(
            "CSV in %(encoding)s, separated by %(separator)s, %(rows)s",
            encoding=table.encoding,
            separator=separator,
            rows=rows,
        )

    def _problem_rows(self):
        """For the download: all of them, as they are now."""
        plan, _known, _table = self._make_plan()
        words = self._words()
        return [
            [_("Row"), _("Column"), _("Problem")],
            *(
                [p.row or "", self._label_of(p.column), self._describe(p, words)]
                for p in plan.problems
            ),
        ]
