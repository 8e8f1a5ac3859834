from datetime import datetime, timedelta, timezone

from smartdairy_iot.ingest.live_message import encode
from smartdairy_iot.ingest.news import DeviceNews

AT = datetime(2026, 1, 5, 6, tzinfo=timezone.utc)


def news(device_id="TEMP-1", **values):
    measured = AT - timedelta(milliseconds=412)
    usual = {"last_seen": measured, "time": measured, "values": {"temperature": 4.1}}
    return DeviceNews(device_id, **{**usual, **values})


def test_readings_as_usual_are_their_values_and_their_ages_only():
    told = [news(), news("TEMP-2", values={"temperature": 3.8})]
    assert encode(told, AT) == [
        {
            "m": ("temperature",),
            "d": ["TEMP-1", "TEMP-2"],
            "v": [[4.1, 3.8]],
            "t": [-412, -412],
        }
    ]


def test_each_kind_of_device_has_a_table():
    tank = {"temperature": 4.0, "level": 71.0}
    told = [news(), news("TANK-1", values=tank), news("TEMP-2")]
    tables = {table["m"]: (table["d"], table["v"]) for table in encode(told, AT)}
    assert tables == {
        ("temperature",): (["TEMP-1", "TEMP-2"], [[4.1, 4.1]]),
        ("temperature", "level"): (["TANK-1"], [[4.0], [71.0]]),
    }


def test_what_is_unusual_is_told_of_who_it_is():
    strange = news(
        "TEMP-2",
        last_seen=AT,
        alarm_type="high_temperature",
        fault="stuck_humidity",
        battery=0,
        signal=71,
        is_online=False,
    )
    (told,) = encode([news(), strange], AT)
    assert told["s"] == [None, 0]
    assert told["a"] == [None, "high_temperature"]
    assert told["f"] == [None, "stuck_humidity"]
    assert (told["o"], told["b"], told["r"]) == ([None, 1], [None, 0], [None, 71])


def test_a_sign_of_life_has_no_time_of_values():
    told = [news(time=None, values={}, last_seen=AT)]
    assert encode(told, AT) == [{"m": (), "d": ["TEMP-1"], "v": [], "s": [0]}]


def test_of_nobody_there_is_nothing_to_tell():
    assert encode([], AT) == []
