from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..boards.layout import VERSION, LayoutError, check


class IotBoard(models.Model):
    """A board that somebody has arranged.

    It holds which devices are shown, not what they measure: who looks at a shared board
    sees of it what they may see anyway.
    """

    _name = "iot.board"
    _description = "Own Board"
    _order = "name, id"

    name = fields.Char(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    is_shared = fields.Boolean(
        string="Shared", help="The other users of the company see it, and may copy it."
    )
    layout = fields.Json(
        required=True, default=lambda self: {"version": VERSION, "widgets": []}
    )
    is_own = fields.Boolean(compute="_compute_is_own")

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_own(self):
        for board in self:
            board.is_own = board.user_id == self.env.user

    @api.constrains("layout")
    def _check_layout(self):
        for board in self:
            try:
                check(board.layout)
            except LayoutError as error:
                raise ValidationError(
                    _(
                        "The board “%(name)s” cannot be kept: %(where)s %(why)s.",
                        name=board.name,
                        where=error.where,
                        why=error.why,
                    )
                ) from error

    @api.constrains("company_id", "user_id")
    def _check_company(self):
        for board in self:
            if board.company_id not in board.user_id.company_ids:
                raise ValidationError(
                    _(
                        "The board “%(name)s” cannot be of a company in which its "
                        "owner does not work.",
                        name=board.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "user_id": self.env.uid} for vals in vals_list])

    def write(self, vals):
        """Nobody gives a board to somebody else, who would find it among their own."""
        kept = {name: value for name, value in vals.items() if name != "user_id"}
        return super().write(kept)

    def copy_data(self, default=None):
        """A copy is one's own, whoever made the first one."""
        vals_list = super().copy_data(default)
        for board, vals in zip(self, vals_list, strict=True):
            vals |= {
                "name": (default or {}).get("name")
                or _("%(name)s (copy)", name=board.name),
                "is_shared": False,
                "company_id": self.env.company.id,
            }
        return vals_list

    @api.model
    def get_boards(self):
        """Those that one may see, one's own first."""
        names = ["name", "is_own", "is_shared", "layout", "user_id"]
        boards = self.search([]).read(names)
        return sorted(boards, key=lambda board: not board["is_own"])
