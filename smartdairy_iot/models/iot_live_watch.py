from odoo import api, fields, models
from odoo.tools import SQL

WATCH_SECONDS = 90  # the dashboard renews every 30


class IotLiveWatch(models.Model):
    """Who looks at which farm right now.

    The bus keeps each message for a day; a farm that nobody watches sends none.
    """

    _name = "iot.live.watch"
    _description = "Live Board Watcher"
    _log_access = False

    farm_id = fields.Many2one("farm.farm", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    until = fields.Datetime(required=True)

    _farm_user_unique = models.Constraint("UNIQUE(farm_id, user_id)")

    @api.model
    def _renew(self, farms):
        if not farms:
            return
        # Raw SQL: an upsert, which the ORM has not; the caller checked the access.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO iot_live_watch (farm_id, user_id, until)
                SELECT farm, %s, now() AT TIME ZONE 'UTC' + %s * interval '1 second'
                  FROM unnest(%s) AS farm
                    ON CONFLICT (farm_id, user_id) DO UPDATE SET until = EXCLUDED.until
                """,
                self.env.uid,
                WATCH_SECONDS,
                farms.ids,
            )
        )

    @api.model
    def _watched_farm_ids(self):
        # Raw SQL: read every second by the listener, past the ORM's cache.
        self.env.cr.execute(
            SQL(
                "SELECT DISTINCT farm_id FROM iot_live_watch"
                " WHERE until > now() AT TIME ZONE 'UTC'"
            )
        )
        return {farm_id for (farm_id,) in self.env.cr.fetchall()}

    @api.autovacuum
    def _gc_watches(self):
        self.search([("until", "<", fields.Datetime.now())]).unlink()
