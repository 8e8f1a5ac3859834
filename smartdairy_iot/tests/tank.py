from datetime import datetime, timedelta, timezone

from ..ingest.message import Sample
from .common import IotCase
from .pure.bulk_tank import BulkTank, Dairy

# 6 o'clock: when the milkings of the Dairy begin.
DAY = datetime(2026, 1, 5, tzinfo=timezone.utc)


class TankCase(IotCase):
    """A tank with a probe and a level sensor, under EU 853/2004 (6 °C)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standard = cls.env.ref("smartdairy_iot.cooling_standard_eu")
        cls.probe = cls.make_device("PROBE", location_type="raw_milk")
        cls.level = cls.make_device("LEVEL", device_type="flow_sensor")
        cls.tank = cls.env["farm.tank"].create(
            {
                "name": "Tank 7",
                "farm_id": cls.farm.id,
                "capacity_liters": 4000,
                "cooling_standard_id": cls.standard.id,
                "probe_id": cls.probe.id,
                "volume_device_id": cls.level.id,
            }
        )

    @staticmethod
    def curve(days, tank=(), **how):
        """Samples of each minute since :data:`DAY`."""
        how = {"has_agitator": False, **how}
        dairy = Dairy(tank=BulkTank(**dict(tank)), **how)
        return dairy.samples(days, DAY.timestamp())

    def store(self, samples):
        rows = []
        for said in samples:
            at = datetime.fromtimestamp(said.time, timezone.utc)
            values = {"temperature": said.temperature}
            rows.append(Sample("PROBE", "temperature", at, at, values))
            volume = {"volume": said.volume}
            rows.append(Sample("LEVEL", "flow_sensor", at, at, volume))
        self.env["iot.store"]._insert(rows)

    def judge(self, hours):
        """As the scheduled action does, so many hours after :data:`DAY`."""
        self.env["iot.tank.state"]._cron_judge(DAY + timedelta(hours=hours))
        self.env.invalidate_all()

    def judge_until(self, hours, begin=0.0):
        """An hour at a time, as readings come."""
        while begin < hours:
            begin = min(hours, begin + 1)
            self.judge(begin)

    @property
    def alerts(self):
        return self.env["iot.alert"].search([("tank_id", "=", self.tank.id)])

    def hours(self, moment):
        return (moment.replace(tzinfo=timezone.utc) - DAY).total_seconds() / 3600
