import logging
from collections import defaultdict

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

WATCH_SECONDS = 90  # the dashboard renews every 30
_TOLD = "smartdairy_iot.told"


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
            ),
            log_exceptions=False,  # two tabs at once: the later request is tried again
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

    @api.model
    def _audiences(self):
        """``{kind of screen: ids of the farms that somebody watches with it}``"""
        return {"boards": self._watched_farm_ids()}

    @api.model
    def _tell(self, records):
        """Let records tell who watches, and those who came meanwhile once it is true.

        A transaction sees who watched when it began, and the rules of thousands of
        devices take seconds. Who comes after the commit reads what it committed.

        :param records: with a method ``_send_to(audiences)``
        """
        audiences, hooks = self._audiences(), self.env.cr.postcommit
        if _TOLD not in hooks.data:
            hooks.data[_TOLD] = audiences, defaultdict(set)
            hooks.add(self._tell_who_came)
        _told, ids = hooks.data[_TOLD]
        ids[records._name].update(records.ids)
        records._send_to(audiences)

    @api.model
    def _tell_who_came(self):
        told, ids = self.env.cr.postcommit.data.pop(_TOLD)
        try:
            with self.env.registry.cursor() as cr:
                env = self.env(cr=cr)
                now = env[self._name]._audiences()
                came = {kind: farms - told[kind] for kind, farms in now.items()}
                if any(came.values()):
                    for model, some in ids.items():
                        # What a savepoint took back does not exist.
                        env[model].browse(sorted(some)).exists()._send_to(came)
        except psycopg2.Error as error:
            # What it is about is committed; their boards fetch it within minutes.
            _logger.warning("Boards that were just opened were not told: %s", error)

    @api.autovacuum
    def _gc_watches(self):
        self.search([("until", "<", fields.Datetime.now())]).unlink()
