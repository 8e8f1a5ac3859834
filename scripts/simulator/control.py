"""What a simulated device does when it is told something. Pure. See docs/control.md."""

import json
from datetime import datetime

# A setting of the device → what of its payload it is added to.
OFFSETS = {
    "temperature_offset": "temperature",
    "humidity_offset": "humidity",
    "ph_offset": "ph",
    "pressure_offset": "pressure",
}
UNDERSTOOD = {
    *OFFSETS,
    *("interval_seconds", "alarm_low", "alarm_high", "volume_factor"),
    *("session_timeout_seconds", "temperature_compensation", "pulses_per_litre"),
    *("buffer_hours", "log_level"),
}
COMMANDS = {"restart", "identify", "sync_time", "rescan"}
REMEMBERED = 100  # answers, to say them again


class Mind:
    """One device's configuration, and the commands that it has done.

    `interval` are seconds, None until it is told; `offer` is a firmware that it is to
    fetch, `hash` of the message that it came with.
    """

    def __init__(self, device_id):
        self.device_id = device_id
        self.interval = None
        self.offer = None
        self.hash = None
        self._offsets = {}
        self._answered = {}  # id of a command → answer

    def react(self, topic, payload, now, firmware):
        """The answers to a message; the broker's copies of empty ones need none.

        `firmware` is the version that it runs.
        """
        if not payload:
            return []
        message = json.loads(payload)
        if topic.endswith("/commands"):
            return [self._obey(message, now)]
        return [self._configure(message, firmware)]

    def correct(self, payload):
        """Add the offsets to what it is about to publish."""
        for field, offset in self._offsets.items():
            if field in payload:
                payload[field] = round(payload[field] + offset, 3)

    def _configure(self, message, firmware):
        settings, self.hash = message["settings"], message["hash"]
        answer = {"hash": self.hash, "device_id": self.device_id}
        if strange := settings.keys() - UNDERSTOOD:
            reason = f"unknown setting {min(strange)}"
            return {**answer, "status": "refused", "reason": reason}
        self.interval = settings.get("interval_seconds", self.interval)
        self._offsets = {
            OFFSETS[key]: value for key, value in settings.items() if key in OFFSETS
        }
        answer["status"] = "applied"
        offer = message.get("firmware")
        if offer and offer["version"] != firmware:
            self.offer = offer
            answer["firmware"] = {"version": offer["version"], "status": "downloading"}
        return answer

    def _obey(self, message, now):
        """Once, and not when it comes too late."""
        reference = message["id"]
        if reference in self._answered:
            return self._answered[reference]
        answer = {"id": reference, "device_id": self.device_id}
        if datetime.fromisoformat(message["expires_at"]) <= now:
            answer["status"] = "expired"
        elif message["command"] in COMMANDS:
            answer["status"] = "applied"
        else:
            answer |= {
                "status": "refused",
                "reason": f"unknown command {message['command']}",
            }
        self._answered[reference] = answer
        while len(self._answered) > REMEMBERED:
            self._answered.pop(next(iter(self._answered)))
        return answer
