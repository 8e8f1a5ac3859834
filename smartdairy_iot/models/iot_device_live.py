from odoo import api, fields, models

from ..ingest.codec.generic import measured_by
from ..ingest.codec.number import unit_of
from .farm_farm import to_iso


class IotDevice(models.Model):
    """What a device says now, and its tile on the live board."""

    _inherit = "iot.device"

    live_ids = fields.One2many("iot.device.state", "device_id", string="Live State")
    last_seen = fields.Datetime(compute="_compute_live")
    is_online = fields.Boolean(
        string="Online", compute="_compute_live", search="_search_is_online"
    )
    battery_level = fields.Integer(string="Battery (%)", compute="_compute_live")
    signal_strength = fields.Integer(string="Signal (%)", compute="_compute_live")
    clock_offset = fields.Float(
        string="Clock Ahead (s)",
        compute="_compute_live",
        help="Negative: behind. What a message takes to arrive looks like that, too.",
    )
    firmware_version = fields.Char(compute="_compute_live")
    last_reading = fields.Char(compute="_compute_live")
    fault = fields.Char(
        compute="_compute_live",
        help="Why the newest value is not believed: the error value of a probe, a "
        "value stuck for hours, an impossible jump. It is stored, and raises no alarm.",
    )

    certificate_expiry = fields.Date(compute="_compute_certificate_expiry")

    @api.depends("certificate_expires_at")
    def _compute_certificate_expiry(self):
        for device in self:
            device.certificate_expiry = device.certificate_expires_at

    @api.depends("live_ids")
    def _compute_live(self):
        for device in self:
            live = device.live_ids  # one row; a slice would lose the prefetch
            device.last_seen = live.last_seen
            device.is_online = live.is_online
            device.battery_level = live.battery_level
            device.signal_strength = live.signal_strength
            device.clock_offset = live.clock_offset
            device.firmware_version = live.firmware_version
            device.fault = live._describe_fault() if live else False
            device.last_reading = live._describe() if live else False

    def _search_is_online(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = [("live_ids.is_online", "=", True)]
        if True in value and False in value:
            return []
        return domain if True in value else ["!", *domain]

    # The live board ---------------------------------------------------------------

    def _to_live_tiles(self):
        listener_map = self._get_listener_map()
        return [device._to_live_tile(listener_map) for device in self]

    def _to_live_tile(self, listener_map):
        live = self.live_ids
        low, high = self._band(listener_map)
        return {
            "id": self.id,
            "device_id": self.device_id,
            "name": self.name,
            "device_type": self.device_type,
            "gateway": self.gateway_id.device_id,
            "farm_id": self.farm_id.id,
            "location": self._describe_place(),
            "location_type": self.location_type,
            "tags": self.tag_ids.ids,
            "state": self.state,
            "values": live.last_values or {},
            "units": {name: unit_of(name) for name in measured_by(self.device_type)},
            "time": to_iso(live.value_time),
            "last_seen": to_iso(live.last_seen),
            "online": live.is_online,
            "is_alarm": bool(live.alarm_type),
            "alarm_type": live.alarm_type,
            "fault": live.fault,
            "battery": live.battery_level or False,
            "signal": live.signal_strength or False,
            "offline_after_s": self.offline_after,
            "low": low,
            "high": high,
        }

    def _band(self, listener_map):
        """The temperature limits of this device where it stands, False if none."""
        known = listener_map.get(self.device_id)
        rules = known.limits_at(None).get("temperature", ()) if known else ()
        limits = [rule for rule in rules if rule.kind == "limit"]
        lows = [limit.low for limit in limits if limit.low is not None]
        highs = [limit.high for limit in limits if limit.high is not None]
        return max(lows, default=False), min(highs, default=False)
