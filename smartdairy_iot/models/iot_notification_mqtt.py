"""MQTT: the alerts of a device for any screen, and what concerns a person.

=============================================  ========  =============================
``smartdairy/alerts/<farm>/<device_id>``       retained  the news, and what is open now
``smartdairy/user/<login>/alerts``             no        the alert, for a program
``smartdairy/user/<login>/notifications``      no        title and text, to be shown
=============================================  ========  =============================

See ``notify/mqtt.py`` for why and how long a message is retained.
"""

from odoo import api, models

from ..ingest.topic import user_topic
from ..notify import mqtt
from ..notify.outcome import Outcome
from ..notify.publication import Publication
from ..notify.publisher import Publisher
from ..notify.several import best_of
from ..settings import get_settings

_TOLD = {"raised", "risen", "cleared", "acknowledged", "resolved", "dismissed"}


class IotNotification(models.Model):
    _inherit = "iot.notification"

    @api.model
    def _addresses(self, alerts, event):
        addresses = super()._addresses(alerts, event)
        if event in _TOLD and get_settings().mqtt_alerts:
            addresses += [
                {"alert_id": alert.id, "channel": "mqtt", "address": alert._topic()}
                for alert in alerts
            ]
        return addresses

    def _send_mqtt(self):
        told = {row: row._for_recipient()._to_publications() for row in self}
        try:
            with Publisher(get_settings()) as publisher:
                answers = iter(
                    publisher.publish([p for ps in told.values() for p in ps])
                )
        except OSError as error:
            # It is the broker that is away, not one message: all wait for it.
            return {self[:1]: Outcome(False, f"{error}"[:500], is_channel_down=True)}
        return {
            row: _all_of([next(answers) for _publication in publications])
            for row, publications in told.items()
        }

    def _to_publications(self):
        if self.user_id:
            return self._to_user_publications()
        alert = self.alert_id
        still_open = self.env["iot.alert"].search(
            [("device_id", "=", alert.device_id.id), ("is_open", "=", True)]
        )
        return mqtt.device_publications(
            self.address,
            self.event,
            alert._to_message(),
            [one._to_message() for one in still_open],
        )

    def _to_user_publications(self):
        login = self.user_id.login
        alerts = [alert._to_message() for alert in self._told_alerts()]
        shown = {
            "event": self.event,
            "severity": self.severity or None,
            "title": f"[{self._label()}] {self._headline()}",
            "text": self._short_text(),
            "alert_ids": [alert["id"] for alert in alerts],
        }
        data = {"event": self.event, "alerts": alerts}
        return [
            Publication(user_topic(login, "alerts"), mqtt.to_payload(data)),
            Publication(user_topic(login, "notifications"), mqtt.to_payload(shown)),
        ]


def _all_of(outcomes):
    """Both messages of a row must have arrived."""
    failed = [outcome for outcome in outcomes if not outcome.is_sent]
    return best_of(failed or outcomes)
