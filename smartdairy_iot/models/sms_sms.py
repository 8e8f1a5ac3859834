from odoo import models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _split_by_api(self):
        """Companies with a gateway of their own send through it."""
        rest = self.browse()
        for company, messages in self.grouped(
            lambda sms: sms._get_sms_company()
        ).items():
            # sudo - res.company: who sends an SMS may not see how.
            if company.sudo().iot_sms_provider == "http":
                api = company._get_sms_api_class()(self.env)
                api._set_company(company)
                yield api, messages
            else:
                rest += messages
        if rest:
            yield from super(SmsSms, rest)._split_by_api()
