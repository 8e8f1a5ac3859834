from odoo import fields, models


class ResUsersApikeysDescription(models.TransientModel):
    _inherit = "res.users.apikeys.description"

    is_iot_only = fields.Boolean(
        "Only for the Dairy IoT API",
        help="The key opens /api/v1/iot and nothing else of Odoo. Without this, it "
        "opens everything else, and not that.",
    )

    def make_key(self):
        # In the context: Odoo asks for the password in between and calls this again.
        scoped = self.with_context(smartdairy_iot_scope=self.is_iot_only)
        return super(ResUsersApikeysDescription, scoped).make_key()
