from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def color_scheme(self):
        """Dark where the browser's cookie says so; Community has the bundle, and no
        switch."""
        if request and request.cookies.get("color_scheme") == "dark":
            return "dark"
        return super().color_scheme()
