from odoo import api, fields, models

from ..notify.publication import Publication
from ..settings import get_settings
from . import iot_control_message

_AT_ONCE = 1000


class IotRetainedConfig(models.Model):
    """Topics at which the broker keeps a configuration that is nobody's any more.

    Of a device that was deleted, has another ID or type, or moved to another gateway:
    whatever connects there next would be told what was meant for it.
    """

    _name = "iot.retained.config"
    _description = "Configuration to Be Taken From the Broker"
    _log_access = False
    _order = "id"
    _rec_name = "topic"

    topic = fields.Char(required=True)

    @api.model
    def _leave(self, topics):
        """:param topics: where nothing is to be kept, once this is committed"""
        if topics:
            self.create([{"topic": topic} for topic in sorted(topics)])
            self.env["iot.device.config"]._wake()

    @api.model
    def _send_all(self):
        """What the broker does not take is tried again with the next sending."""
        rows = self.search([], limit=_AT_ONCE).try_lock_for_update()
        used = rows._in_use()
        rows.filtered(lambda row: row.topic in used).unlink()
        if not (left := rows.exists()):
            return
        told = [Publication(row.topic, b"", retain=True) for row in left]
        try:
            with iot_control_message.Publisher(get_settings()) as publisher:
                outcomes = list(publisher.publish(told))
        except OSError:
            return  # what waits to be sent says so, and tries again
        for row, outcome in zip(left, outcomes, strict=True):
            if outcome.is_sent:
                row.unlink()

    def _in_use(self):
        """Those that a device of now is told at: a newer one takes the place of what
        was there."""
        names = {topic.split("/")[-2] for topic in self.mapped("topic")}
        devices = self.env["iot.device"].search(
            [
                ("device_id", "in", list(names)),
                ("current_config_ids", "any", [("is_taken_back", "=", False)]),
            ]
        )
        return {topic for device in devices for topic in device._config_topics()}
