"""What the doctor says of a replica of the readings."""

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import psycopg2
import pytest

from doctor import replica
from doctor.replica import check, judge

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
PRIMARY = {"position": 10_000_000, "now": NOW}


def standby(**values):
    row = {"is_standby": True, "position": 10_000_000, "last_commit": NOW}
    return row | values


@pytest.mark.parametrize(
    ("there", "state", "words"),
    [
        (standby(), "ok", "all that its primary has"),
        (standby(position=10_000_001), "ok", "all that its primary has"),
        (
            standby(position=9_000_000, last_commit=NOW - timedelta(seconds=4)),
            "ok",
            "1.0 MB and 4.0 s behind; 5 s may be",
        ),
        (
            standby(position=0, last_commit=NOW - timedelta(seconds=6)),
            "warning",
            "10.0 MB and 6.0 s behind",
        ),
        (standby(position=None, last_commit=None), "warning", "not received anything"),
        (standby(is_standby=False, position=None), "failure", "of its own"),
    ],
)
def test_it_is_judged_by_how_far_it_is_behind(there, state, words):
    found = judge(PRIMARY, there, 5)
    assert (found.area, found.state) == ("replica", state)
    assert words in found.text


def settings(dsn):
    return SimpleNamespace(timescale_replica_dsn=dsn, timescale_dsn=dsn)


def test_without_one_there_is_nothing_to_say():
    (found,) = check(settings(""), False)
    assert found.state == "skipped"


def test_one_that_is_away_costs_speed_and_nothing_else():
    (found,) = check(settings("host=127.0.0.1 port=1 dbname=x"), True)
    assert found.state == "warning"
    assert "cannot be reached" in found.text and "primary is read" in found.remedy


class Server:
    """One that lets us in; of its two queries, the replica refuses its own."""

    def __init__(self, dsn):
        self.is_replica = dsn == "replica"

    def one(self, _query):
        if self.is_replica:
            raise psycopg2.OperationalError("canceling statement due to conflict")
        return PRIMARY

    def close(self):
        """Nothing is open."""


def test_one_that_lets_us_in_and_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr(replica, "Database", Server)
    dsns = {"timescale_replica_dsn": "replica", "timescale_dsn": "primary"}
    (found,) = check(SimpleNamespace(**dsns, timescale_replica_lag=5), True)
    assert found.state == "warning" and "conflict" in found.text


def test_one_that_nothing_uses_is_told():
    found = check(settings("host=127.0.0.1 port=1 dbname=x"), False)[0]
    assert found.state == "warning"
    assert "db_replica_host is not" in found.text
