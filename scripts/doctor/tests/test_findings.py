"""Each thing that is wrong says what to do."""

import pytest

from doctor.broker import check_queue
from doctor.database import check_listeners
from doctor.finding import Finding
from doctor.machine import check_clock, check_disks, check_names
from doctor.store import check_chunks

CHUNK = {
    **{"name": "temperature_readings", "chunks": 200, "compressed": 180},
    **{"bytes": 10**9, "oldest": 190, "cold": 0},
}


class Answers:
    """Stands for a database: a word of the query → rows."""

    def __init__(self, **rows):
        self._rows = rows

    def rows(self, query, *_parameters):
        return next(rows for word, rows in self._rows.items() if word in query)

    def one(self, query, *parameters):
        return self.rows(query, *parameters)[0]


def listeners(*rows, leaders=(), waiting=0, late=0):
    database = Answers(
        pg_locks=list(leaders),
        iot_listener=list(rows),
        iot_store_outbox=[{"n": waiting}],
        iot_notification=[{"n": late}],
    )
    return [(found.area, found.state) for found in check_listeners(database)]


def listener(**values):
    row = {"host": "h", "pid": 7, "is_connected": True, "error": "", "buffered": 0}
    return row | {"lag": 0.1} | values


def test_a_finding_without_a_remedy_cannot_be_made():
    with pytest.raises(ValueError, match="no remedy"):
        Finding("tls", "failure", "broken")


def test_nobody_who_listens_is_a_failure():
    assert listeners() == [("queue", "failure")]


def test_a_leader_without_a_broker_is_a_failure_and_a_standby_is_none():
    leaders = [{"number": 0, "pid": 1}]
    away, standby = listener(is_connected=False), listener(is_connected=False, pid=8)
    told = listeners(listener(), standby, leaders=leaders)
    assert ("queue", "ok") in told
    assert ("queue", "failure") in listeners(away, leaders=leaders)


def test_what_waits_is_told():
    told = listeners(
        listener(lag=60), leaders=[{"number": 0, "pid": 1}], waiting=2000, late=3
    )
    assert told.count(("queue", "warning")) == 3


def test_chunks_beyond_their_time_or_not_compressed_are_told():
    kept = {"temperature_readings": 190}

    def state(edition="apache", **changed):
        return check_chunks([CHUNK | changed], kept, edition)[0].state

    assert state() == "ok"
    assert state(oldest=194) == "warning"
    assert state(cold=5) == "ok", "the Apache edition cannot compress"
    assert state(edition="timescale", cold=5) == "warning"
    assert check_chunks([], kept, "apache")[0].state == "skipped"


def test_a_clock_that_is_off_a_name_that_is_unknown_a_folder_that_is_missing(tmp_path):
    assert check_clock({"the store": 2.0})[0].state == "failure"
    assert check_clock({"the store": -0.1})[0].state == "ok"
    assert check_names({"broker": "no-such-name.invalid"})[0].state == "failure"
    assert check_names({"broker": "127.0.0.1", "database": "/run/pg"})[0].state == "ok"
    assert check_disks({"data_dir": str(tmp_path / "none")})[0].state == "failure"


def test_what_waits_at_the_broker_is_told_and_what_it_dropped():
    count, dropped = "store/messages/count", "publish/messages/dropped"
    assert [f.state for f in check_queue({count: 7, dropped: 0})] == ["ok"]
    found = check_queue({count: 200_000, dropped: 3})
    assert [f.state for f in found] == ["warning", "warning"]
    assert "200000 messages" in found[0].text and "listeners" in found[0].remedy
    assert "dropped 3" in found[1].text and "max_queued_messages" in found[1].remedy
    assert [f.state for f in check_queue({})] == ["skipped"]
