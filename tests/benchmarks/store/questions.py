"""What people ask the store, each beside the same question to the raw table."""

import time
from datetime import timedelta
from typing import NamedTuple

from .readings import DAYS, DEVICES, TZ, device_id

QUARTER = 900  # seconds
_NAIVE_SERIES = """
SELECT {bucket}, min(temperature_celsius), avg(temperature_celsius),
       max(temperature_celsius), count(*)
  FROM temperature_readings
 WHERE device_id = %s AND time >= %s AND time < %s
 GROUP BY 1 ORDER BY 1
"""
_BY_DAY = _NAIVE_SERIES.format(bucket=f"date_trunc('day', time, '{TZ}')")
_BY_QUARTER = _NAIVE_SERIES.format(bucket="date_bin('15 minutes', time, '2000-01-01')")
_NAIVE_LATEST = """
SELECT DISTINCT ON (device_id) device_id, time, temperature_celsius
  FROM temperature_readings ORDER BY device_id, time DESC
"""


class Question(NamedTuple):
    """``ours`` and ``naive`` take the number of the call: another device, another span.

    Their answers are comparable: ``[(bucket, how many)]``, or None where they are not.
    """

    name: str
    what: str
    ours: object
    naive: object
    naive_calls: int


class Times(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float


def clock(call, calls):
    """:param call: is called with 0, 1, 2 …, each once before the clock runs"""
    for number in range(calls):
        call(number)
    taken = []
    for number in range(calls):
        began = time.perf_counter()
        call(number)
        taken.append(1000 * (time.perf_counter() - began))
    taken.sort()
    return Times(taken[len(taken) // 2], taken[min(len(taken) - 1, calls * 95 // 100)])


def questions(store, start):
    """:param start: of the first day with temperatures"""
    end = start + timedelta(days=DAYS)
    return [_trend(store, start, end), _day(store, start), _newest(store)]


def _ask(store, query, *parameters):
    # Raw SQL: what one would write who knows the table and nothing else.
    with store._cursor() as cr:
        cr.execute(query, parameters)
        return cr.fetchall()


def _trend(store, start, end):
    def ours(number):
        device = device_id(number % DEVICES)
        points = store._series([device], "temperature", start, end, "day", TZ)
        return [(point.time, point.count) for point in points]

    def naive(number):
        rows = _ask(store, _BY_DAY, device_id(number % DEVICES), start, end)
        return [(row[0], row[-1]) for row in rows]

    return Question("trend", "90 days of one device, by day", ours, naive, 20)


def _day(store, start):
    def span(number):
        begin = start + timedelta(days=number * 7 % (DAYS - 1), hours=number % 24)
        return device_id(number * 3 % DEVICES), begin, begin + timedelta(days=1)

    def ours(number):
        device, begin, end = span(number)
        points = store._series([device], "temperature", begin, end, QUARTER, TZ)
        return [(point.time, point.count) for point in points]

    def naive(number):
        return [(row[0], row[-1]) for row in _ask(store, _BY_QUARTER, *span(number))]

    what = "24 hours of one device, by quarter of an hour"
    return Question("day", what, ours, naive, 40)


def _newest(store):
    devices = [device_id(number) for number in range(DEVICES)]

    def ours(number):
        return sorted(
            (reading.device_id, reading.time)
            for reading in store._latest(devices, ["temperature"])
        )

    def naive(number):
        return [row[:2] for row in _ask(store, _NAIVE_LATEST)]

    return Question("latest", "the newest of 200 devices", ours, naive, 2)


def disagreement(question):
    """Why the two answers are not the same, or None."""
    ours, naive = question.ours(0), question.naive(0)
    if ours == naive and ours:
        return None
    return f"{question.what}: {len(ours)} answers, the naive query {len(naive)}"
