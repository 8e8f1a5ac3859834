from odoo import _, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..settings import get_settings
from .iot_webhook_delivery import _notice

_GROUP = "smartdairy_iot.group_iot_manager"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    iot_ca_state = fields.Char(compute="_compute_iot_identity", groups=_GROUP)
    iot_ca_problem = fields.Char(compute="_compute_iot_identity", groups=_GROUP)
    iot_broker_folder = fields.Char(compute="_compute_iot_identity", groups=_GROUP)
    iot_broker_exported_at = fields.Datetime(
        compute="_compute_iot_identity", groups=_GROUP
    )
    iot_broker_problem = fields.Char(compute="_compute_iot_identity", groups=_GROUP)

    def _compute_iot_identity(self):
        # sudo - iot.broker: managers of the dairy only see these fields.
        row = self.env.ref("smartdairy_iot.iot_broker").sudo()
        self.iot_broker_folder = get_settings().broker_folder
        self.iot_broker_exported_at = row.exported_at
        self.iot_broker_problem = row.problem
        self.iot_ca_state = self.iot_ca_problem = False
        try:
            authority = self.env["iot.certificate"]._authority()
        except UserError as error:
            self.iot_ca_problem = str(error)
        else:
            self.iot_ca_state = _(
                "%(name)s, valid until %(day)s",
                name=authority.name,
                day=format_date(self.env, authority.not_after),
            )

    def action_iot_export(self):
        self.env["iot.broker"].action_export()
        return _notice(True, _("Broker"), _("The broker has what is known here."))
