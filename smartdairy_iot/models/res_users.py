from odoo import models, tools


class ResUsers(models.Model):
    _inherit = "res.users"

    def _iot_visible(self, alerts):
        """Those of the alerts that this user may see, in any of their companies."""
        self.ensure_one()
        # An environment of theirs: whoever acts now works in companies of their own.
        theirs = self.env(user=self.id, su=False, context={})
        visible = theirs["iot.alert"].browse(alerts.ids)._filtered_access("read")
        return alerts.browse(visible.ids)

    def _acts_for_all_companies(self):
        """Whether what all companies share is theirs to change: an administrator's, and
        of whoever belongs to each company, as everybody does where there is one."""
        self.ensure_one()
        return self.has_group("base.group_system") or self._is_of_all_companies()

    @tools.ormcache("self.id")
    def _is_of_all_companies(self):
        """Kept as long as the record rules that go by it, and as they are, whatever the
        context asks for."""
        # sudo - res.users, res.company: those that they do not belong to count, too.
        user = self.sudo().with_context(active_test=True)
        others = [("id", "not in", user.company_ids.ids)]
        return not user.env["res.company"].search_count(others, limit=1)

    def _company_of_new(self):
        """The company of what they create: none, that is all, if they may share it."""
        nobody = self.env["res.company"]
        return nobody if self._acts_for_all_companies() else self.env.company
