"""A milk meter and its farm, for the tests of milkings with Odoo."""

from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from ..ingest.message import Sample
from ..models import iot_milking_rows

DAWN = datetime(2026, 7, 6, 4, 0, tzinfo=timezone.utc)


class MilkMeterCase:
    """Mixed into :class:`IotCase`; the farm is in Amsterdam."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm.tz = "Europe/Amsterdam"
        cls.store = cls.env["iot.store"]
        cls.sessions = cls.env["iot.milking.session"]
        cls.stall = cls.env["farm.stall"].create({"name": "1", "farm_id": cls.farm.id})
        cls.bella = cls.make_animal(7, name="Bella")
        cls.meter = cls.make_meter("M-1", stall_id=cls.stall.id)
        cls.sessions._build_marked()  # what others left

    @classmethod
    def make_animal(cls, number, **vals):
        return cls.env["farm.animal"].create(
            {"number": number, "farm_id": cls.farm.id, **vals}
        )

    @classmethod
    def make_meter(cls, device_id, **vals):
        return cls.make_device(
            device_id, device_type="milk_meter", location_type="raw_milk", **vals
        )

    @classmethod
    def make_profile(cls, **vals):
        return cls.env["iot.device.profile"].create(
            {"name": "Meter", "device_type": "milk_meter", **vals}
        )

    def milk(
        self,
        *messages,
        meter=None,
        session="S",
        animal=7,
        tag=None,
        start=DAWN,
        at=None,
        delay=timedelta(0),
        faults=None,
        build=True,
    ):
        """Store ``(kind, minutes, values)`` and put the milkings together.

        :param at: minutes of the clock when that is done; None: now, long after
        :param faults: of the last of the messages
        """
        samples = []
        for kind, minutes, *values in messages:
            time = start + timedelta(minutes=minutes)
            said = {"type": kind, "session_id": session, "animal_id": animal}
            if tag:
                said["animal"] = tag
            device_id = (meter or self.meter).device_id
            samples.append(
                Sample(
                    device_id,
                    "milk_meter",
                    time,
                    time + delay,
                    values[0] if values else {},
                    metadata=said,
                )
            )
        samples[-1].faults = faults or {}
        self.store._insert(samples)
        if build:
            with self.at(at):
                self.sessions._build_marked()

    @contextmanager
    def at(self, minutes):
        if minutes is None:
            yield
            return

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return DAWN + timedelta(minutes=minutes)

        with patch.object(iot_milking_rows, "datetime", Clock):
            yield

    def sorted_sessions(self, meter=None):
        return self.sessions.search(
            [("device_id", "=", (meter or self.meter).id)], order="start"
        )

    def the_one(self, meter=None):
        session = self.sorted_sessions(meter)
        self.assertEqual(len(session), 1, session.mapped("session_ref"))
        return session
