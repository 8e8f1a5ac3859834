from datetime import timedelta

from odoo import api, fields, models

from ..schemas.live import to_session_end, to_session_start

_NEWS = timedelta(minutes=10)  # what is older was told late, and is history


class IotMilkingSession(models.Model):
    """Begin and end of milkings, for the apps that are connected."""

    _inherit = "iot.milking.session"

    @api.model
    def _build(self, groups):
        watched = self.env["farm.farm"]._watched()
        if not watched:
            return super()._build(groups)
        recent = [
            ("farm_id", "in", watched.ids),
            ("device_id.device_id", "in", list({group.device_id for group in groups})),
            ("end", ">=", fields.Datetime.now() - _NEWS),
        ]
        before = {milking.id: milking.state for milking in self.search(recent)}
        changed = super()._build(groups)
        self.invalidate_model()
        self.search(recent, order="start, id")._tell_apps(before)
        return changed

    def _tell_apps(self, before):
        """:param before: ``{id: state}`` of those that were known"""
        for farm, milkings in self.grouped("farm_id").items():
            messages = []
            for milking in milkings:
                was = before.get(milking.id)
                if was is None:
                    messages.append(to_session_start(milking))
                if milking.state != "running" and was in (None, "running"):
                    messages.append(to_session_end(milking))
            if messages:
                farm._tell_apps(messages)
