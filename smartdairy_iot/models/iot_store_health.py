from datetime import datetime, timezone
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..health.uptime import Uptime


class Status(NamedTuple):
    """What was known of a device at an instant."""

    device_id: str
    time: datetime  # aware
    is_online: bool
    battery: int | None
    signal: int | None


class IotStore(models.AbstractModel):
    """Who was there when: what ``device_status`` tells.

    Raw SQL, in all of it: tables of the store are no models.
    """

    _inherit = "iot.store"

    @api.model
    def _status_history(self, device_ids, start, end):
        """:return: list of :class:`Status` of the span, by device and time

        :param start, end: aware datetimes
        """
        with self._cursor() as cr:
            cr.execute(SQL(_HISTORY, devices=list(device_ids), start=start, end=end))
            return [Status(*row) for row in cr.fetchall()]

    @api.model
    def _uptime(self, device_ids, start, end):
        """When they were on line; what is still going on counts until now.

        Nothing is said of a device before it was first heard of.

        :param start, end: aware datetimes
        :return: ``{device_id: Uptime}``, of every device that is asked for
        """
        end = min(end, datetime.now(timezone.utc))
        known = {}
        with self._cursor() as cr:
            cr.execute(SQL(_ABSENCES, devices=list(device_ids), start=start, end=end))
            for device_id, known_from, *absence in cr.fetchall():
                _from, absences = known.setdefault(device_id, (known_from, []))
                if None not in absence:
                    absences.append(absence)
        return {
            device_id: Uptime.between(*known[device_id], end)
            if device_id in known
            else Uptime()
            for device_id in device_ids
        }

    @api.model
    def _count_outages(self, since, more_than=0):
        """:return: ``{device_id: outages that began since then}``

        :param more_than: of devices with no more, nothing is said
        """
        with self._cursor() as cr:
            cr.execute(SQL(_OUTAGES, since=since, more_than=more_than))
            return dict(cr.fetchall())

    @api.model
    def _insert_trends(self, rows):
        """:param rows: ``[(time, device_id, is online, battery, signal)]``"""
        if not rows:
            return
        with self._cursor() as cr:
            months = {(time.year, time.month) for time, *_rest in rows}
            self._make_partitions(cr, "device_status", months)
            cr.execute(SQL(_INSERT, SQL(", ").join(SQL("%s", row) for row in rows)))


_HISTORY = """
SELECT device_id, time, is_online, battery_level, signal_strength
  FROM device_status
 WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s
 ORDER BY device_id, time
"""
# Outages are few, and have an index; each ends with the next row that is on line. All
# rows, of which most only repeat that a device is there, need not be read.
_ABSENCES = """
WITH asked AS (
SELECT asked.device_id, was.is_online,
       coalesce(was.known_from, began.time) AS known_from
  FROM unnest(%(devices)s::varchar[]) AS asked (device_id)
  LEFT JOIN LATERAL (SELECT is_online, %(start)s AS known_from FROM device_status
                      WHERE device_id = asked.device_id AND time <= %(start)s
                      ORDER BY time DESC LIMIT 1) AS was ON TRUE
  LEFT JOIN LATERAL (SELECT time FROM device_status
                      WHERE device_id = asked.device_id AND time > %(start)s
                        AND time < %(end)s AND was.known_from IS NULL
                      ORDER BY time LIMIT 1) AS began ON TRUE),
away AS (
SELECT device_id, known_from AS time FROM asked WHERE NOT is_online
 UNION ALL
SELECT device_id, time FROM device_status
 WHERE NOT is_online AND time > %(start)s AND time < %(end)s
   AND device_id = ANY(%(devices)s)),
absence AS (
SELECT away.device_id, min(away.time) AS since, coalesce(back.time, %(end)s) AS until
  FROM away
  LEFT JOIN LATERAL (SELECT time FROM device_status
                      WHERE device_id = away.device_id AND time > away.time
                        AND time < %(end)s AND is_online
                      ORDER BY time LIMIT 1) AS back ON TRUE
 GROUP BY away.device_id, coalesce(back.time, %(end)s))
SELECT asked.device_id, asked.known_from, absence.since, absence.until
  FROM asked LEFT JOIN absence USING (device_id)
 WHERE asked.known_from IS NOT NULL
 ORDER BY asked.device_id, absence.since
"""
_OUTAGES = """
SELECT device_id, count(*)
  FROM (SELECT device_id, is_online,
               lag(is_online) OVER (PARTITION BY device_id ORDER BY time) AS was
          FROM device_status
         WHERE time >= %(since)s
           AND device_id IN (SELECT device_id FROM device_status
                              WHERE NOT is_online AND time >= %(since)s
                              GROUP BY device_id HAVING count(*) > %(more_than)s)
       ) AS said
 WHERE NOT is_online AND was IS NOT FALSE
 GROUP BY device_id
HAVING count(*) > %(more_than)s
"""
_INSERT = """
INSERT INTO device_status (time, device_id, is_online, battery_level, signal_strength)
SELECT time::timestamptz, device_id, is_online, battery::smallint, signal::smallint
  FROM (VALUES %s) AS told (time, device_id, is_online, battery, signal)
    ON CONFLICT DO NOTHING
"""
