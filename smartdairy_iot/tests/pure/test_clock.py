"""How far a clock is off: what is live tells, and what comes late does not."""

from datetime import timedelta

import pytest

from smartdairy_iot.ingest.clock import Clocks
from smartdairy_iot.ingest.interpret import Interpreter
from smartdairy_iot.tests.pure.builders import DEVICES, at, make_message

MINUTES = [60 * number for number in range(15)]
HOUR = 3600.0


def heard(*offsets):
    """What is known after these; each ``(seconds when received, offset)``."""
    clocks = Clocks()
    for second, offset in offsets:
        clocks.hear("TEMP-1", offset, at(second))
    return clocks.offset("TEMP-1")


def steadily(offset, seconds=MINUTES):
    return [(second, offset) for second in seconds]


def test_of_a_device_that_was_never_heard_nothing_is_known():
    assert Clocks().offset("TEMP-1") is None


@pytest.mark.parametrize("offset", [-720.0, -2.0, 0.0, 720.0, 2 * HOUR, -8e8])
def test_a_clock_that_is_off_by_the_same_for_long_is_known(offset):
    assert heard(*steadily(offset)) == offset


@pytest.mark.parametrize("offset", [0.0, 720.0])
def test_three_in_a_row_are_enough_where_no_delay_could_explain_it(offset):
    assert heard((0, offset), (1, offset)) is None
    assert heard((0, offset), (1, offset), (2, offset)) == offset


def test_that_a_clock_is_slow_is_believed_after_ten_minutes_only():
    assert heard(*steadily(-720.0, range(0, 600, 60))) is None
    assert heard(*steadily(-720.0, range(0, 601, 60))) == -720.0


def test_the_least_delayed_reading_tells_how_far_the_clock_is_off():
    delays = [0.3, 25.0, 4.0, 0.1, 12.0]
    assert heard(*((s, 60.0 - delay) for s, delay in enumerate(delays))) == 59.9


@pytest.mark.parametrize("of_others", [0.0, 720.0])
@pytest.mark.parametrize("rate", [1.1, 2, 60, 600], ids="×{}".format)
def test_a_backfill_that_catches_up_is_no_drift(rate, of_others):
    """A week of minutes, sent one by one, as fast as the network lets it."""
    week = 7 * 24 * HOUR
    received = [60 * number / rate for number in range(5000)]
    backfill = [
        (900 + second, of_others - week + second * rate - second) for second in received
    ]
    assert heard(*steadily(of_others), *backfill) == of_others


def test_a_backfill_in_one_message_is_no_drift():
    """All of it is received at the same instant, the oldest first."""
    backfill = [(0, -60.0 * number) for number in range(600, -1, -1)]
    assert heard(*backfill, *steadily(0.0)) == 0.0
    assert heard(*steadily(0.0), *((second + 900, o) for second, o in backfill)) == 0.0


def test_a_backfill_between_live_readings_is_no_drift():
    both = [(900 + s, o) for s in MINUTES for o in (-HOUR, 0.0)]
    assert heard(*steadily(0.0), *both) == 0.0
    assert heard(*both) is None


def test_one_wrong_timestamp_is_no_drift():
    assert heard(*steadily(0.0), (901, 3000.0), (902, 3000.0), (960, 0.0)) == 0.0
    assert heard(*steadily(0.0), (901, 3000.0), (960, 0.0), (961, 3000.0)) == 0.0


def test_a_clock_that_was_set_right_is_right_after_three_readings():
    for offset in (-720.0, 720.0, 2 * HOUR):
        put_right = [(900 + second, 0.0) for second in range(3)]
        assert heard(*steadily(offset), *put_right) == 0.0


def test_a_clock_that_loses_a_minute_an_hour_is_followed():
    drifting = [(60 * number, -float(number)) for number in range(6 * 60)]
    assert -6 * 60 <= heard(*drifting) < -5 * 60 + 15


def test_what_is_known_of_a_device_that_left_is_forgotten():
    clocks = Clocks()
    for second in range(3):
        clocks.hear("TEMP-1", 0.0, at(second))
    clocks.forget(["TEMP-1", "NOBODY"])
    assert clocks.offset("TEMP-1") is None


# In the line -----------------------------------------------------------------------


def read(timestamps, temperature=3.8):
    """What is known, and who was heard, after one message for each minute."""
    interpreter = Interpreter(DEVICES)
    for number, timestamp in enumerate(timestamps):
        payload = {"temperature": temperature}
        if timestamp is not None:
            payload["timestamp"] = timestamp.isoformat()
        message = make_message(payload, received_at=at(60 * number))
        decoded = interpreter.read(message)
    return interpreter.clocks.offset("TEMP-1"), decoded.heard


def test_live_readings_tell_of_the_clock():
    ahead = [at(60 * number + 720) for number in range(3)]
    assert read(ahead) == (720.0, [])


def test_readings_without_a_time_of_their_own_say_nothing_of_a_clock():
    assert read([None] * 15) == (None, [])


def test_readings_refused_for_their_time_tell_of_the_clock_and_are_a_sign_of_life():
    ahead = [at(60 * number) + timedelta(days=365) for number in range(3)]
    assert read(ahead) == (365 * 86400.0, [("TEMP-1", at(120))])


def test_a_clock_that_starts_anew_in_1970_is_known():
    unset = [at(60 * number).replace(year=1970) for number in range(15)]
    offset, heard = read(unset)
    assert offset < -50 * 365 * 86400
    assert heard == [("TEMP-1", at(60 * 14))]


def test_readings_refused_for_another_reason_say_nothing_of_a_clock():
    assert read([at(0)] * 15, temperature="?") == (None, [])
