"""When a replica is read from, and when its primary is."""

import math
from datetime import datetime, timedelta, timezone

import pytest

from smartdairy_iot_timescale.replica import (
    AWAY_FOR,
    LOOK_EVERY,
    Primary,
    Replica,
    Standby,
    seconds_behind,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
MOST = 5


class AwayError(Exception):
    """The server does not answer."""


class Pair:
    """A primary whose log grows, and a standby that shows it up to some moment."""

    def __init__(self):
        self.now = 0.0  # seconds
        self.written = self.shown = 100
        self.shown_until = 0.0  # seconds, when the newest commit that is shown was made
        self.away = set()
        self.asked = 0
        self.told = []
        self.replica = Replica(
            self.primary,
            self.standby,
            MOST,
            (AwayError,),
            clock=lambda: self.now,
            sleep=self.sleep,
            tell=lambda *what: self.told.append(what),
        )

    def primary(self):
        if "primary" in self.away:
            raise AwayError("the primary is away")
        return Primary(self.written, NOW + timedelta(seconds=self.now))

    def standby(self):
        self.asked += 1
        if "standby" in self.away:
            raise AwayError("the replica is away\nand more")
        return Standby(self.shown, NOW + timedelta(seconds=self.shown_until))

    def sleep(self, seconds):
        self.now += seconds

    def lag(self, seconds):
        self.written += 50
        self.shown_until = self.now - seconds


@pytest.fixture
def pair():
    return Pair()


@pytest.mark.parametrize(
    ("position", "last_commit", "seconds"),
    [
        (100, None, 0),  # all of it, also when nothing was ever committed meanwhile
        (101, NOW - timedelta(hours=3), 0),  # it has got more since we asked the other
        (99, NOW - timedelta(seconds=7), 7),
        (99, NOW + timedelta(seconds=1), 0),
        (99, None, math.inf),
        (None, NOW, math.inf),  # no standby: a database of its own
    ],
)
def test_the_distance_is_that_of_the_newest_commit_shown(
    position, last_commit, seconds
):
    assert seconds_behind(Primary(100, NOW), Standby(position, last_commit)) == seconds


def test_one_that_has_all_is_read(pair):
    assert pair.replica.is_good()
    assert not pair.told


def test_what_one_look_has_seen_counts_until_it_could_be_beyond_the_limit(pair):
    pair.lag(3)
    assert pair.replica.is_good()
    with pair.replica._looking:  # another thread looks, and gets no answer
        pair.now += MOST - 3 - 0.1
        assert pair.replica.is_good()
        pair.now += 0.1
        assert not pair.replica.is_good()


def test_one_that_lags_beyond_the_limit_is_not_read_and_that_is_told_once(pair):
    for _second in range(10):
        pair.lag(MOST + 1)
        assert not pair.replica.is_good()
        pair.now += LOOK_EVERY
    assert [good for good, _reason in pair.told] == [False]
    assert "s behind" in pair.told[0][1]


def test_it_is_read_again_when_it_has_caught_up(pair):
    pair.lag(MOST + 1)
    assert not pair.replica.is_good()
    pair.shown = pair.written
    pair.now += LOOK_EVERY
    assert pair.replica.is_good()
    assert [good for good, _reason in pair.told] == [False, True]


def test_a_burst_after_a_quiet_night_is_not_taken_for_a_lag(pair):
    pair.lag(8 * 3600)

    def arrives(seconds):
        pair.now += seconds
        pair.shown = pair.written

    pair.replica._sleep = arrives
    assert pair.replica.is_good()
    assert not pair.told


def test_it_is_looked_at_once_a_second_however_many_ask(pair):
    for _request in range(1000):
        pair.replica.is_good()
    assert pair.asked == 1
    pair.now += LOOK_EVERY
    pair.replica.is_good()
    assert pair.asked == 2


def test_one_that_is_away_is_told_once_and_asked_again_after_a_while(pair):
    pair.away = {"standby"}
    assert not pair.replica.is_good()
    pair.now += AWAY_FOR - 1
    assert not pair.replica.is_good()
    assert pair.asked == 1, "a request must not wait for it each second"
    pair.away = set()
    pair.now += 1
    assert pair.replica.is_good()
    assert pair.told == [(False, "the replica is away"), (True, "it is 0.0 s behind")]


def test_one_that_failed_a_query_is_not_asked_the_next(pair):
    assert pair.replica.is_good()
    pair.replica.failed(AwayError("terminating connection"))
    assert not pair.replica.is_good()


def test_while_the_primary_is_away_the_replica_goes_on(pair):
    assert pair.replica.is_good()
    pair.away = {"primary"}
    pair.now += 60
    assert pair.replica.is_good()
    assert not pair.told


def test_one_that_lagged_when_the_primary_went_away_stays_unread(pair):
    pair.lag(MOST + 1)
    assert not pair.replica.is_good()
    pair.away = {"primary"}
    pair.now += 60
    assert not pair.replica.is_good()


def test_one_that_was_promoted_is_not_read(pair):
    pair.shown = None
    assert not pair.replica.is_good()
    assert "no standby" in pair.told[0][1]


def test_whoever_has_written_waits_until_the_replica_shows_it(pair):
    pair.lag(0.05)
    written = pair.written

    def arrives(seconds):
        pair.now += seconds
        if pair.now > 0.05:
            pair.shown = written

    pair.replica._sleep = arrives
    pair.replica.settle()
    assert 0.05 < pair.now < 0.1


def test_nobody_is_shown_what_was_before_once_the_writer_has_waited(pair):
    """Another process looked just before the write: its word is out by then."""
    assert pair.replica.is_good()
    pair.lag(0)
    pair.replica.settle()
    with pair.replica._looking:
        assert not pair.replica.is_good()


def test_a_writer_does_not_wait_for_one_that_is_away(pair):
    pair.away = {"standby"}
    pair.replica.settle()
    assert pair.now == 0
