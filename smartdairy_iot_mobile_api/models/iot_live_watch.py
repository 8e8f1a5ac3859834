from odoo import api, fields, models
from odoo.tools import SQL


class IotLiveWatch(models.Model):
    """Which farms an app looks at: what only apps read is not sent to nobody."""

    _inherit = "iot.live.watch"

    app_until = fields.Datetime()

    @api.model
    def _renew_by_app(self, farms):
        self._renew(farms)
        # Raw SQL: as `_renew`, of a row that only this user's screens write.
        self.env.cr.execute(
            SQL(
                "UPDATE iot_live_watch SET app_until = until"
                " WHERE farm_id = ANY(%s) AND user_id = %s",
                farms.ids,
                self.env.uid,
            )
        )

    @api.model
    def _farm_ids_of_apps(self):
        # Raw SQL: read every second by the listener, past the ORM's cache.
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT farm_id FROM iot_live_watch"
                " WHERE app_until > now() AT TIME ZONE 'UTC'"
            )
        )
        return {farm_id for (farm_id,) in rows}

    @api.model
    def _audiences(self):
        return {**super()._audiences(), "apps": self._farm_ids_of_apps()}
