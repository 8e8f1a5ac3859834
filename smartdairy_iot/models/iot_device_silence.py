from datetime import datetime, timezone

from odoo import api, models
from odoo.tools import SQL


class IotDeviceState(models.Model):
    """Who has been silent for longer than it may be.

    On a cadence of its own: silence comes without any message. A last will is told by
    the listener, at once.
    """

    _inherit = "iot.device.state"

    @api.model
    def _cron_detect_offline(self):
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        deaf_from, deaf_until = self.env["iot.listener"]._deaf_span(now)
        words = {"now": now, "deaf_from": deaf_from, "deaf_until": deaf_until}
        self.flush_model()
        self.env["iot.device"].flush_model(["state", "gateway_id", "offline_after"])
        gone = self._leave(_SILENT, words)
        # A gateway of gateways is silent when those are: from the bottom up.
        while gateways := self._leave(_SILENT_GATEWAYS, words):
            gone |= gateways
        if not gone:
            return
        gone._send_status()
        gone._tell_history()
        self.env["iot.alert"]._wake_conditions()

    @api.model
    def _leave(self, query, words):
        # Raw SQL: one set-based update on a table that only machines write.
        self.env.cr.execute(SQL(query, **words))
        ids = [row_id for (row_id,) in self.env.cr.fetchall()]
        self.invalidate_model(["is_online", "status_since"])
        return self.browse(ids)


# While nobody listened, nobody was silent.
_SILENT = """
UPDATE iot_device_state AS live
   SET is_online = FALSE, status_since = due.at
  FROM iot_device AS device
  JOIN iot_device_state AS said ON said.device_id = device.id,
       LATERAL (SELECT said.last_seen + device.offline_after * interval '1 second'
                       + greatest(interval '0', %(deaf_until)s::timestamp
                                  - greatest(said.last_seen, %(deaf_from)s)) AS at
               ) AS due
 WHERE said.id = live.id
   AND live.is_online
   AND due.at < %(now)s
RETURNING live.id
"""
# Its children were due and are all silent, and of itself nothing was heard since: that
# is the gateway, even if it may be silent for longer than they. A child that said
# goodbye has left no later than it was last heard; it is due when it would have been.
_SILENT_GATEWAYS = """
UPDATE iot_device_state AS live
   SET is_online = FALSE, status_since = children.due
  FROM (SELECT child.gateway_id,
               max(CASE WHEN said.status_since > said.last_seen THEN said.status_since
                        ELSE said.last_seen + child.offline_after * interval '1 second'
                   END) AS due,
               bool_or(said.is_online) AS is_any_online
          FROM iot_device AS child
          JOIN iot_device_state AS said ON said.device_id = child.id
         WHERE child.gateway_id IS NOT NULL
           AND child.state = 'active'
           AND said.last_seen IS NOT NULL
         GROUP BY child.gateway_id) AS children
 WHERE live.device_id = children.gateway_id
   AND live.is_online
   AND NOT children.is_any_online
   AND children.due BETWEEN live.last_seen AND %(now)s
RETURNING live.id
"""
