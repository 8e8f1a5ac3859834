from operator import itemgetter

from odoo import api, models
from odoo.tools import SQL, OrderedSet

from odoo.addons.bus.models.bus import (
    channel_with_db,
    get_notify_payloads,
    json_dump,
)
from odoo.addons.bus.tools import orjson

from ..pg_notify import notify
from .farm_farm_live import READINGS

_CHANNELS = "bus.bus.channels"  # as Odoo calls what its hook will tell
_LIVE = ("farm.farm", READINGS)  # of a channel, without its database and id
_FRESH_SECONDS = 5  # a screen that was away longer fetches all anew


class BusBus(models.Model):
    _inherit = "bus.bus"

    def _ensure_hooks(self):
        """Odoo's own hook is not added where there is one."""
        hooks = self.env.cr.postcommit
        if _CHANNELS not in hooks.data:
            hooks.data[_CHANNELS] = OrderedSet()
            hooks.add(self._notify)
        super()._ensure_hooks()

    def _notify(self):
        channels = list(self.env.cr.postcommit.data.pop(_CHANNELS))
        notify("imbus", get_notify_payloads(channels))

    @api.model
    def _poll(self, channels, last=0, ignore_ids=None):
        """A websocket keeps its channels until it closes: neither a revoked link may,
        nor who lost a farm since.

        And a laptop that wakes up is not sent its night of readings, second by second.
        """
        is_kiosk = any(len(c) == 3 and c[1] == "iot.kiosk" for c in channels)
        if is_kiosk:
            channels = self.env["iot.kiosk"]._allowed_channels(channels)
        names = [channel_with_db(self.env.cr.dbname, channel) for channel in channels]
        if not is_kiosk:
            names = self._still_readable(names)
        live = [name for name in names if name[1:2] + name[3:] == _LIVE]
        if not live:
            return super()._poll(names, last, ignore_ids)
        others = [name for name in names if name not in live]
        found = super()._poll(others, last, ignore_ids)
        found += self._poll_fresh(live, last, ignore_ids)
        return sorted(found, key=itemgetter("id"))

    def _still_readable(self, names):
        """Without the farms that this user may not see any more."""
        farm_ids = {name[2] for name in names if _is_of_farm(name)}
        if not farm_ids:
            return names
        farms = self.env["farm.farm"]
        if self.env.uid and farms.has_access("read"):
            farms = farms.search([("id", "in", list(farm_ids))])
        allowed = set(farms.ids)
        return [n for n in names if not _is_of_farm(n) or n[2] in allowed]

    def _poll_fresh(self, channels, last, ignore_ids):
        # Raw SQL: once a second for each screen; the caller checked its channels.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, message FROM bus_bus
                 WHERE id > %s AND channel = ANY(%s) AND id <> ALL(%s)
                   AND create_date > now() AT TIME ZONE 'UTC' - %s * interval '1 second'
                """,
                last,
                [json_dump(channel) for channel in channels],
                list(ignore_ids or ()),
                _FRESH_SECONDS,
            )
        )
        return [{"id": id_, "message": orjson.loads(text)} for id_, text in rows]


def _is_of_farm(name):
    """Apps have channels of farms, too, and a token that tells what they may."""
    return len(name) > 2 and name[1] == "farm.farm" and name[3:] in ((), _LIVE[1:])
