from datetime import datetime, timedelta

from freezegun import freeze_time

from .common import NOW, IotCase

MINUTE = timedelta(minutes=1)
NAIVE = NOW.replace(tzinfo=None)


class HealthCase(IotCase):
    def setUp(self):
        super().setUp()
        self.time = self.enterContext(freeze_time(NOW))
        self.env.user.tz = "UTC"
        self.sensor.activated_at = NAIVE

    def ago(self, minutes):
        return NAIVE - minutes * MINUTE

    def live(self, device, seen=0.0, online=True, **vals):
        """It was last heard so many minutes before the test began."""
        return self.env["iot.device.state"].create(
            {
                "device_id": device.id,
                "last_seen": self.ago(seen),
                "is_online": online,
                "status_since": self.ago(seen if not online else 10_000),
                "data_at": self.ago(seen),
                "value_time": self.ago(seen),
                **vals,
            }
        )

    def hear(self, *devices, sends_data=True):
        """They say something now, as the listener writes it."""
        for device in devices:
            live, now = device.live_ids, datetime.now()  # noqa: DTZ005 - frozen, UTC
            if not live.is_online:
                live.write(
                    {
                        "is_online": True,
                        "status_since": now,
                        "absent_from": live.last_seen,
                        "absent_until": now,
                    }
                )
            live.last_seen = now
            if sends_data:
                live.data_at = live.value_time = now

    def detect(self):
        self.env["iot.device.state"]._cron_detect_offline()

    def conditions(self, kind, devices=None):
        ids = devices and devices.ids
        return self.env["iot.device.health"]._conditions(kind, ids)

    def condition(self, kind, device):
        return self.conditions(kind, device).get(device.id)

    def offline(self, *devices):
        """Which of them have gone by their own fault."""
        found = self.conditions("offline")
        return [device for device in devices if found[device.id].holds]

    def is_woken(self):
        self.env.cr.flush()  # as the commit does
        cron = self.env.ref("smartdairy_iot.ir_cron_evaluate_conditions")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        woken = bool(triggers)
        triggers.unlink()
        return woken
