from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL

_IN_TIME = timedelta(seconds=45)
_WAKE_PAUSE = 20  # seconds


class IotTankLate(models.Model):
    """What came later than its tank was judged: from when on to judge it again.

    Rows are only added by the listener and only deleted by the scheduled action, so
    that neither waits for the other.
    """

    _name = "iot.tank.late"
    _description = "Late Readings of a Tank"
    _log_access = False

    device_id = fields.Many2one("iot.device", required=True, ondelete="cascade")
    oldest = fields.Datetime(required=True)

    @api.model
    def _heard(self, news, devices):
        """Room 7: wake the judgement of the tanks that were heard of, now and then.

        :param news: ``{device_id: DeviceNews}``
        :param devices: the listener's ``{device_id: Device}``
        """
        heard = [
            (devices[device_id].id, said)
            for device_id, said in news.items()
            if device_id in devices and devices[device_id].is_of_tank and said.oldest
        ]
        if not heard:
            return
        late = [
            {
                "device_id": record_id,
                "oldest": said.oldest.astimezone(timezone.utc).replace(tzinfo=None),
            }
            for record_id, said in heard
            if said.oldest < said.data_at - _IN_TIME
        ]
        if late:
            self.create(late)
        self._wake()

    @api.model
    def _wake(self):
        # sudo - ir.cron: a trigger is no change of the job.
        job = self.env.ref("smartdairy_iot.ir_cron_judge_tanks").sudo()
        # Raw SQL: as it is now, not as this process remembers it.
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM ir_cron WHERE id = %(id)s AND lastcall"
                " > now() AT TIME ZONE 'UTC' - interval '1 second' * %(pause)s"
                " UNION ALL SELECT 1 FROM ir_cron_trigger WHERE cron_id = %(id)s",
                id=job.id,
                pause=_WAKE_PAUSE,
            )
        )
        if not self.env.cr.fetchall():
            job._trigger()

    @api.model
    def _take(self):
        """:return: ``{id of device: oldest, in seconds}``"""
        rows = self.search([])
        oldest = {}
        for row in rows:
            time = row.oldest.replace(tzinfo=timezone.utc).timestamp()
            device = row.device_id.id
            oldest[device] = min(time, oldest.get(device, time))
        rows.unlink()
        return oldest
