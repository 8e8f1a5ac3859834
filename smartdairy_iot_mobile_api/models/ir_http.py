from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_smartdairy_iot(cls):
        """Who asks, by the token in ``Authorization``."""
        cls._auth_method_bearer()
