"""A watched farm is told at once after a pause, else once a second."""

import itertools
from datetime import datetime, timedelta, timezone

import pytest

from smartdairy_iot.ingest.buffer import Batch
from smartdairy_iot.ingest.cadence import Cadence
from smartdairy_iot.ingest.live_news import LiveNews
from smartdairy_iot.tests.pure.builders import make_sample, make_status


class Device:
    def __init__(self, farm_id):
        self.farm_id = farm_id


FLEET = {"TEMP-1": Device(1), "TEMP-2": Device(1), "OTHER": Device(2)}


class Line:
    """LiveNews with a clock that stands, and what it sent."""

    def __init__(self, *farms):
        self.now = 100.0
        self.sent = []
        self.error = None
        self.takes = 0.0
        self.live = LiveNews(self.send, lambda: self.now)
        self.live.watch(set(farms), {}, FLEET)

    def send(self, devices, _at):
        self.now += self.takes
        if self.error:
            raise self.error
        self.sent.append({name: news.values for name, news in devices.items()})

    def commit(self, *samples, **batch):
        self.live.add(Batch(samples=list(samples), **batch), FLEET)
        self.live.tell()

    def after(self, seconds):
        self.now += seconds
        self.live.tell()


def reading(value, device_id="TEMP-1", second=0):
    return make_sample(second, {"temperature": value}, device_id=device_id)


def test_a_farm_that_was_quiet_is_told_at_once():
    line = Line(1)
    line.commit(reading(3.0))
    assert line.sent == [{"TEMP-1": {"temperature": 3.0}}]


def test_what_follows_is_gathered_until_a_second_has_passed():
    line = Line(1)
    line.commit(reading(3.0))
    line.commit(reading(4.0, second=1), reading(7.0, "TEMP-2"))
    line.commit(reading(5.0, second=2))
    line.after(0.9)
    assert len(line.sent) == 1
    assert line.live.wait() == pytest.approx(0.1)
    line.after(0.1)
    assert line.sent[1:] == [
        {"TEMP-1": {"temperature": 5.0}, "TEMP-2": {"temperature": 7.0}}
    ]
    assert line.live.wait() is None


def test_no_second_sees_two_messages_of_one_farm_whatever_comes():
    line, times = Line(1), []
    for step in range(400):
        line.now += 0.013
        before = len(line.sent)
        line.commit(reading(step / 10, second=step))
        times += [line.now] * (len(line.sent) - before)
    assert all(b - a >= 1.0 for a, b in zip(times, times[1:], strict=False))
    assert len(times) == 6, "400 · 0.013 s"


def test_messages_bear_times_a_second_apart_however_long_each_look_at_the_clock_takes():
    now, delays = (
        [datetime(2026, 1, 5, tzinfo=timezone.utc)],
        itertools.cycle([0, 4, 1]),
    )
    zero, stamps = now[0], []

    def look():
        now[0] += timedelta(milliseconds=next(delays))
        return now[0]

    def clock():
        return (look() - zero).total_seconds()

    live = LiveNews(lambda _devices, at: stamps.append(at), clock, now=look)
    live.watch({1}, {}, FLEET)
    for step in range(3000):
        live.add(Batch(samples=[reading(step / 10, second=step)]), FLEET)
        live.tell()
        look()
    apart = [b - a for a, b in itertools.pairwise(stamps)]
    assert len(apart) >= 3
    assert min(apart) >= timedelta(seconds=1)


def test_one_farm_does_not_wait_for_another():
    line = Line(1, 2)
    line.commit(reading(3.0))
    line.after(0.5)
    line.commit(reading(8.0, "OTHER"))
    assert line.sent[1:] == [{"OTHER": {"temperature": 8.0}}]


def test_nothing_is_kept_of_a_farm_that_nobody_watches():
    line = Line(2)
    line.commit(reading(3.0), reading(3.0, "NEVER-HEARD-OF"))
    assert (line.sent, line.live.wait()) == ([], None)
    line.live.watch({1}, {}, FLEET)
    line.after(5)
    assert line.sent == []


def test_who_begins_to_watch_is_told_what_the_state_was_told_last():
    """It was committed since the page has asked for the state."""
    line = Line()
    news = LiveNews(lambda _devices, _at: None, lambda: 0.0)
    news.watch({1, 2}, {}, FLEET)
    batch = Batch(samples=[reading(3.0), reading(8.0, "OTHER")])
    news.add(batch, FLEET)
    devices = {}
    for farm in news._farms.values():
        devices |= farm.take()[0]
    line.live.watch({1}, devices, FLEET)
    line.live.watch({1}, devices, FLEET)  # not once more
    line.live.tell()
    line.after(5)
    assert line.sent == [{"TEMP-1": {"temperature": 3.0}}]


def test_what_could_not_be_told_is_told_a_second_later_and_nothing_older():
    line = Line(1)
    line.error = OSError("away")
    line.commit(reading(3.0), reading(7.0, "TEMP-2"))
    line.error = None
    line.commit(reading(4.0, second=1))
    assert line.sent == []
    line.after(1.0)
    assert line.sent == [
        {"TEMP-1": {"temperature": 4.0}, "TEMP-2": {"temperature": 7.0}}
    ]


def test_telling_never_takes_more_than_a_quarter_of_the_line():
    line = Line(1)
    line.takes = 0.5
    line.commit(reading(3.0))
    line.commit(reading(4.0, second=1))
    assert line.live.wait() == pytest.approx(1.5), "2 s after it began"


def test_a_device_that_went_offline_is_told_too():
    line = Line(1)
    line.commit(statuses=[make_status(0, False, device_id="TEMP-1")])
    assert line.sent == [{"TEMP-1": {}}]


def test_a_listener_that_stops_tells_what_it_has():
    line = Line(1)
    line.commit(reading(3.0))
    line.commit(reading(4.0, second=1))
    line.live.tell(everything=True)
    assert line.sent[-1] == {"TEMP-1": {"temperature": 4.0}}


def test_the_state_is_written_between_two_messages_and_not_in_their_way():
    line = Line(1)
    cadence = Cadence(line.live)
    cadence.done(line.now - 1.7, took=0.4)  # due again after 1.6 s
    line.commit(reading(3.0))
    assert not cadence.is_due(line.now)
    line.now += 0.21
    assert cadence.is_due(line.now)
    line.live.add(Batch(samples=[reading(4.0, second=1)]), FLEET)
    line.now += 0.4
    cadence.at = line.now - 0.1
    assert not cadence.is_due(line.now), "the screen is due in 0.39 s"
    cadence.at = line.now - 0.6
    assert cadence.is_due(line.now), "but the state does not wait for ever"
