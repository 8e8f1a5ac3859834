from datetime import datetime, timedelta, timezone

from smartdairy_iot.ingest.live_message import encode
from smartdairy_iot.ingest.news import DeviceNews

AT = datetime(2026, 1, 5, 6, tzinfo=timezone.utc)


def news(**values):
    measured = AT - timedelta(milliseconds=412)
    usual = {"last_seen": measured, "time": measured, "values": {"temperature": 4.1}}
    return DeviceNews("TEMP-1", **{**usual, **values})


def test_a_reading_as_usual_is_its_value_and_its_age_only():
    assert encode(news(), AT) == {"d": "TEMP-1", "v": {"temperature": 4.1}, "t": -412}


def test_what_is_unusual_is_told():
    told = encode(
        news(
            last_seen=AT,
            alarm_type="high_temperature",
            fault="stuck_humidity",
            battery=0,
            signal=71,
            is_online=False,
        ),
        AT,
    )
    assert told["s"] == 0
    assert (told["a"], told["f"]) == ("high_temperature", "stuck_humidity")
    assert (told["o"], told["b"], told["r"]) == (1, 0, 71)


def test_a_sign_of_life_has_no_time_of_values():
    assert encode(news(time=None, values={}, last_seen=AT), AT) == {
        "d": "TEMP-1",
        "s": 0,
    }
