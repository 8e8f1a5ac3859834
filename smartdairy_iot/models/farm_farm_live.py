from datetime import datetime, timedelta, timezone

from odoo import api, fields, models

from ..boards.natural import natural_key
from ..ingest.codec.generic import measured_by
from ..ingest.live_message import encode
from .farm_farm import to_iso

READINGS = "readings"  # the farm's subchannel for them
_TREND = timedelta(hours=6)
_TREND_BUCKET = 15 * 60  # seconds: made of rollups, however many devices one asks for
_TREND_DEVICES = 200  # as many as one screen shows


class FarmFarm(models.Model):
    """What the Live board shows, and is told while somebody watches."""

    _inherit = "farm.farm"

    @api.model
    def get_live_board(self):
        """All that the live board shows when it is opened, for the farms one may see.

        :return: ``{now, farms, tags, devices, alerts, alert_counts}``; times are ISO
            8601 UTC
        """
        return self.search([])._to_live_board()

    def _to_live_board(self):
        devices = self.env["iot.device"].search(
            [("farm_id", "in", self.ids), ("state", "=", "active")]
        )
        milk = self._liters_today()
        return {
            "now": to_iso(fields.Datetime.now()),
            "farms": [
                {"id": f.id, "name": f.name, "tz": f.tz, "milk_today": milk[f.id]}
                for f in self
            ],
            "tags": [{"id": t.id, "name": t.name} for t in devices.tag_ids],
            "devices": sorted(
                devices._to_live_tiles(), key=lambda tile: natural_key(tile["name"])
            ),
            **self.env["iot.alert"]._to_live_list(self),
        }

    def watch_live(self):
        """Somebody looks at these farms: send their readings for the next 90 s.

        :return: ``{farm id: litres of milk today}``, which no message tells
        """
        self.check_access("read")
        self.env["iot.live.watch"]._renew(self)
        return self._liters_today()

    def _liters_today(self):
        milkings = self.env["iot.milking.session"]._read_group(
            [("farm_id", "in", self.ids), ("is_today", "=", True)],
            ["farm_id"],
            ["liters:sum"],
        )
        liters = {farm.id: total for farm, total in milkings}
        return {farm.id: round(liters.get(farm.id, 0.0), 2) for farm in self}

    @api.model
    @api.readonly
    def get_live_trends(self, device_ids):
        """What the lines on the tiles are drawn of: quarters of the last six hours.

        :param device_ids: ids of ``iot.device``; those one may not see are left out
        :return: ``{device_id: [[milliseconds, average]]}`` of its main reading
        """
        devices = self.env["iot.device"].search(
            [("id", "in", device_ids[:_TREND_DEVICES])]
        )
        end = datetime.now(timezone.utc)
        trends = {}
        for reading_type, some in devices.grouped(_main_reading).items():
            if not reading_type:
                continue
            points = self.env["iot.store"]._series(
                some.mapped("device_id"), reading_type, end - _TREND, end, _TREND_BUCKET
            )
            for point in points:
                if point.average is None:
                    continue
                at = round(point.time.timestamp() * 1000)
                trends.setdefault(point.device_id, []).append([at, point.average])
        return trends

    @api.model
    def _send_readings(self, news, devices, at):
        """Room 7: one coalesced message for each farm that somebody watches.

        In a channel of its own: who was away fetches all anew, see :class:`BusBus`.

        :param news: ``{device_id: DeviceNews}``
        :param devices: the listener's ``{device_id: Device}``
        :param at: aware datetime of the message
        """
        watched = self.env["iot.live.watch"]._watched_farm_ids() if news else ()
        if not watched:
            return
        # Raw SQL: nothing is lost with a message that a power cut takes, and a screen
        # need not wait for the disk.
        self.env.cr.execute("SET LOCAL synchronous_commit TO off")
        told = {}
        for device_id, device_news in news.items():
            device = devices.get(device_id)
            if device and device.farm_id in watched:
                told.setdefault(device.farm_id, []).append(device_news)
        for farm in self.browse(told):
            farm._bus_send(
                "smartdairy_iot/reading_tables",
                {
                    "farm_id": farm.id,
                    "at": round(at.timestamp() * 1000),
                    "tables": encode(told[farm.id], at),
                },
                subchannel=READINGS,
            )


def _main_reading(device):
    return next(iter(measured_by(device.device_type)), None)
