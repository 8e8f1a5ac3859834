from odoo import models


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _eval_context(self):
        """``acts_for_all_companies``: see ``res.users`` and iot_shared_rules.xml"""
        user = self.env.user  # none at all, where nobody is asked who they are
        acts = bool(user) and user._acts_for_all_companies()
        return super()._eval_context() | {"acts_for_all_companies": acts}
