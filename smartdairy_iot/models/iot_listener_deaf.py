import os
import socket
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL

# The broker keeps what comes meanwhile; a restart is caught up within seconds.
_PAUSE = timedelta(minutes=1)
# Two longer pauses with less than this between them are one: the backlog of the first
# may not have come before the second.
_BREATH = timedelta(minutes=10)
# So long after Odoo started, nobody listens: people must learn that nothing is watched.
_PATIENCE = timedelta(minutes=15)


def _now():
    return datetime.now(timezone.utc).replace(tzinfo=None)


_STARTED_AT = _now()  # this server


class IotListener(models.Model):
    """Since when somebody listens without a break, and since when nobody did before.

    While nobody listens no device can be called silent: for all of them time stands
    still then, as it does for the children of a silent gateway.
    """

    _inherit = "iot.listener"

    listened_at = fields.Datetime(readonly=True, help="Its last beat while connected.")
    listening_since = fields.Datetime(readonly=True)
    deaf_from = fields.Datetime(readonly=True)

    @api.model
    def _beat(self, counted, **state):
        super()._beat(counted, **state)
        if state.get("is_connected"):
            self._note_listening(fields.Datetime.now())

    @api.model
    def _note_listening(self, now):
        last, since, deaf_from = self._last_listened()
        if last is None or now - last > _PAUSE:
            if not (deaf_from and last - since < _BREATH):
                deaf_from = last
            since = now
        # Raw SQL: as _beat, on the row that it has just written.
        self.env.cr.execute(
            SQL(
                "UPDATE iot_listener SET listened_at = %s, listening_since = %s,"
                " deaf_from = %s WHERE host = %s AND pid = %s",
                *(now, since, deaf_from, socket.gethostname(), os.getpid()),
            )
        )
        self.invalidate_model(["listened_at", "listening_since", "deaf_from"])

    @api.model
    def _last_listened(self):
        """Of whichever listener was heard last: ``(listened_at, since, deaf_from)``."""
        # Raw SQL: read twice a minute, and in each beat.
        self.env.cr.execute(
            "SELECT listened_at, listening_since, deaf_from FROM iot_listener"
            " WHERE listened_at IS NOT NULL ORDER BY listened_at DESC LIMIT 1"
        )
        return self.env.cr.fetchone() or (None, None, None)

    @api.model
    def _deaf_span(self, now):
        """When nobody listened, the last time: ``(from, until)``, naive, None: not
        known; until None: there is nothing to allow for.
        """
        last, since, deaf_from = self._last_listened()
        if last is None:
            return None, None
        if now - last <= _PAUSE:
            return deaf_from, since
        if now - max(last, _STARTED_AT) > _PATIENCE:
            return None, None
        return last, now
