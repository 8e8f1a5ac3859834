from odoo import api, models

from ..ingest.codec.generic import measured_by
from ..ingest.codec.number import unit_of
from ..readings.environment import told_when_away
from .iot_device_series import to_millis

_NEWEST = 20  # messages
_MOST = 10  # of each other list
_PAYLOAD_SHOWN = 300  # characters


class IotDevice(models.Model):
    """All but the curve that the device board shows."""

    _inherit = "iot.device"

    def get_device_board(self, span="week"):
        """:param span: of the status history: ``day``, ``week`` or ``month``

        :return: ``{device, neighbours, health, messages, rejected, credentials,
            configuration}``; what one may not see is None. Times are milliseconds.
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "device": self._to_page(),
            "neighbours": self._neighbours(),
            "health": self.get_health(span),
            "messages": self._newest_messages(),
            "rejected": self._newest_rejected(),
            "credentials": self._credentials(),
            "configuration": self._configuration(),
        }

    def get_curve_device(self):
        """What the curves must know of a device, see :meth:`get_series`."""
        self.ensure_one()
        self.check_access("read")
        return self._to_page()

    @api.model
    def get_first_device(self):
        """:return: id of the device a board begins with, False if there is none"""
        active = self.search([("state", "=", "active")], limit=1)
        return (active or self.search([], limit=1)).id

    def _to_page(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("device_type", "state")
        }
        measures = dict(
            self.env["iot.threshold"]
            ._fields["reading_type"]
            ._description_selection(self.env)
        )
        names = [*measured_by(self.device_type), "battery", "signal"]
        return {
            "id": self.id,
            "name": self.name,
            "device_id": self.device_id,
            "device_type": self.device_type,
            "type_label": labels["device_type"][self.device_type],
            "state_label": labels["state"][self.state],
            "farm": self.farm_id.name or "",
            "place": self._describe_place(),
            "tz": self.farm_id.tz or "UTC",
            "interval": self.interval_seconds,
            "reading_types": [
                {"id": name, "label": measures.get(name, name), "unit": unit_of(name)}
                for name in dict.fromkeys(names)
                if name in measures
            ],
        }

    def _neighbours(self):
        """The previous and the next device of the same farm, by their names."""
        ids = self.search([("farm_id", "=", self.farm_id.id)], order="name, id").ids
        at = ids.index(self.id) if self.id in ids else -1
        return {
            "previous": ids[at - 1] if at > 0 else False,
            "next": ids[at + 1] if 0 <= at < len(ids) - 1 else False,
        }

    def _newest_messages(self):
        """One of each time: what it measured then."""
        with told_when_away():
            found = self.env["iot.store"]._latest([self.device_id], limit=_NEWEST)
        messages = {}
        for reading in found:
            messages.setdefault(reading.time, []).append(reading)
        return [
            {
                "ms": to_millis(time),
                "is_alarm": any(reading.is_alarm for reading in readings),
                "values": [
                    [reading.reading_type, reading.value, reading.unit]
                    for reading in readings
                ],
            }
            for time, readings in list(messages.items())[:_NEWEST]
        ]

    def _newest_rejected(self):
        refused = self.env["iot.rejected.message"]
        if not refused.has_access("read"):
            return None
        labels = dict(refused._fields["reason"]._description_selection(self.env))
        return [
            {
                "ms": to_millis(one.last_at),
                "reason": labels[one.reason],
                "detail": one.detail or "",
                "count": one.count,
                "payload": (one.payload or "")[:_PAYLOAD_SHOWN],
            }
            for one in refused.search(
                [
                    "|",
                    ("device_ref", "=", self.device_id),
                    ("topic", "=", self.mqtt_topic),
                ],
                limit=_MOST,
            )
        ]

    def _credentials(self):
        """How they are, and never what they are."""
        found = []
        for model, expiry in (
            ("iot.certificate", "not_after"),
            ("iot.device.token", None),
        ):
            credentials = self.env[model]
            if not credentials.has_access("read"):
                return None
            labels = dict(credentials._fields["state"]._description_selection(self.env))
            for one in credentials.search([("device_id", "=", self.id)], limit=_MOST):
                found.append(
                    {
                        "kind": "certificate" if expiry else "token",
                        "name": one.display_name,
                        "state": one.state,
                        "label": labels[one.state],
                        "expires": to_millis(one[expiry]) if expiry else False,
                    }
                )
        return found

    def _configuration(self):
        if not self.env["iot.device.config"].has_access("read"):
            return None
        current = self.current_config_ids[:1]
        return {
            "status": self.config_status or "",
            "since": to_millis(self.config_status_at),
            "version": current.version,
            "desired": sorted((current.settings or {}).items()),
            "firmware": self.firmware_version or "",
        }
