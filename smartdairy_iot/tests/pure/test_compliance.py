"""The compliance report's data set, of physical curves, without a database."""

import doctest
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from smartdairy_iot.coldchain.sample import Tank
from smartdairy_iot.compliance import chart, seal
from smartdairy_iot.compliance.record import TankInput, build
from smartdairy_iot.compliance.span import days, gaps
from smartdairy_iot.tests.pure.bulk_tank import HOUR, BulkTank, Dairy
from smartdairy_iot.tests.pure.cooling_standards import FARM_STANDARDS, STANDARDS

UTC = timezone.utc
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
BEGIN = MONDAY.timestamp()
FARM = {"name": "Farm", "tz": "UTC"}


def quarters(samples):
    found = {}
    for sample in samples:
        if sample.temperature is not None:
            start = sample.time // 900 * 900
            found.setdefault(start, []).append(sample.temperature)
    return [(t, min(v), sum(v) / len(v), max(v)) for t, v in sorted(found.items())]


def a_tank(samples, standard="eu", **vals):
    vals.setdefault("quarters", quarters(samples))
    tank = Tank(4000, cold=STANDARDS[standard].cold)
    return TankInput("Tank 7", tank, STANDARDS[standard], samples=samples, **vals)


def report(tank, first=date(2026, 1, 5), last=date(2026, 1, 6), now=None, zone=UTC):
    asked = days(first, last, zone)
    now = now or asked[-1].end
    (found,) = build(FARM, asked, [tank], now, zone)["tanks"]
    return found


def curve(n=2, start=BEGIN, **how):
    tank = BulkTank(**how.pop("tank", {}))
    return Dairy(tank=tank, has_agitator=False, **how).samples(n, start)


def test_a_day_tells_each_milking_and_when_each_limit_was_reached():
    first, second = report(a_tank(curve()))["days"]
    assert [first["verdict"], second["verdict"]] == ["ok", "ok"]
    morning, evening = first["milkings"]
    assert morning["is_first"] and morning["before"] is None
    assert evening["before"] == pytest.approx(3.2, abs=0.5)
    assert morning["start"].startswith("2026-01-05T06:0")
    (mark,) = evening["limits"]
    assert (mark["celsius"], mark["verdict"]) == (6.0, "met")
    assert 0 <= mark["minutes"] <= 120
    assert first["outside_minutes"] == 0 and not first["gaps"]


def test_a_dead_chiller_is_outside_for_as_long_as_the_milk_is_warm():
    broken = curve(breaks_at=17 * HOUR, mended_at=23 * HOUR)
    day = report(a_tank(broken))["days"][0]
    assert day["verdict"] == "outside"
    assert day["milkings"][-1]["verdict"] == "late"
    assert day["milkings"][-1]["limits"][0]["met_at"] is None or (
        day["milkings"][-1]["limits"][0]["minutes"] > 120
    )
    assert 60 < day["outside_minutes"] < 7 * 60


@pytest.mark.parametrize("standard", sorted(FARM_STANDARDS))
def test_any_standard_judges_the_same_record(standard):
    found = report(a_tank(curve(), standard))
    assert found["standard"] == STANDARDS[standard].name
    assert found["totals"]["milkings"] == 4
    assert found["totals"]["late"] == 0


def test_a_stricter_standard_finds_what_a_laxer_one_lets_pass():
    slow = curve(tank={"watts": 5500.0})
    late = {
        name: report(a_tank(slow, name))["totals"]["late"] for name in ("us", "ontario")
    }
    assert late["us"] == 0
    assert late["ontario"] > 0


def test_a_hole_in_the_record_is_told_from_its_first_to_its_last_minute():
    said = [s for s in curve() if not 11 <= (s.time - BEGIN) / HOUR < 12.5]
    day = report(a_tank(said))["days"][0]
    assert day["verdict"] == "incomplete"
    (gap,) = day["gaps"]
    assert gap == {
        "start": "2026-01-05T11:00:00+00:00",
        "end": "2026-01-05T12:30:00+00:00",
        "minutes": 90,
    }
    assert len(day["chart"]["runs"]) == 2


def test_a_gap_is_more_than_so_many_intervals_of_the_probe():
    minutes = [0.0, 300.0, 960.0]  # every five minutes; two were lost
    assert gaps(minutes, 0, 1020, 3 * 300) == []
    assert gaps(minutes, 0, 1020, 300) == [(360.0, 960.0)]
    assert gaps([], 0, 600, 300) == [(0, 600)]


def test_a_day_without_readings_says_so():
    first, second = report(a_tank(curve(1)))["days"]
    assert first["verdict"] == "ok"
    assert second["verdict"] == "empty"
    assert second["gap_minutes"] == 24 * 60
    assert chart.draw(second["chart"], [["hold", 6]], {}) == ""


def test_a_day_whose_readings_were_dropped_is_drawn_and_not_judged():
    samples = curve(1)
    tank = a_tank([], quarters=quarters(samples))
    day = report(tank, last=date(2026, 1, 5))["days"][0]
    assert day["verdict"] == "condensed"
    assert day["milkings"] == [] and day["gaps"] == []
    assert "<polyline" in chart.draw(day["chart"], [["hold", 6]], {})


def test_what_is_still_to_come_is_no_gap():
    noon = BEGIN + 12 * HOUR
    said = [s for s in curve(1) if s.time < noon]
    day = report(a_tank(said), last=date(2026, 1, 5), now=noon)["days"][0]
    assert day["verdict"] == "open"
    assert day["gaps"] == []


def test_a_day_that_has_not_begun_is_not_one_without_readings():
    noon = BEGIN + 12 * HOUR
    said = [s for s in curve(1) if s.time < noon]
    found = report(a_tank(said), now=noon)
    assert [day["verdict"] for day in found["days"]] == ["open", "open"]
    assert found["totals"]["empty_days"] == 0


def test_days_on_which_clocks_change_have_23_and_25_hours():
    zone = ZoneInfo("Europe/Berlin")
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25)):
        (asked,) = days(day, day, zone)
        dairy = Dairy(zone=zone, has_agitator=False)
        said = dairy.samples(hours / 24, asked.start)
        found = report(a_tank(said), day, day, zone=zone)["days"][0]
        assert (found["hours"], found["verdict"]) == (hours, "ok")
        assert found["gaps"] == []
        # 6 o'clock is 6 o'clock.
        assert "T06:0" in found["milkings"][0]["start"]
        assert found["chart"]["seconds"] == hours * 3600


def test_alerts_stand_on_the_day_they_began_and_older_ones_on_the_first():
    alerts = [
        {"started": BEGIN - 3600, "ended": BEGIN + 60, "message": "of before"},
        {"started": BEGIN + 30 * HOUR, "ended": None, "message": "second"},
    ]
    first, second = report(a_tank(curve(), alerts=alerts))["days"]
    assert [alert["message"] for alert in first["alerts"]] == ["of before"]
    assert [alert["message"] for alert in second["alerts"]] == ["second"]
    assert second["alerts"][0]["started"] == "2026-01-06T06:00:00+00:00"


@pytest.mark.parametrize(
    ("due", "state"), [("2026-01-05", "overdue"), ("2026-01-06", "valid")]
)
def test_a_probe_past_its_due_is_overdue(due, state):
    tank = a_tank([], calibrations=[{"due": due}])
    assert report(tank)["calibration"] == {"state": state, "due": due}


def test_a_probe_that_nobody_calibrated_says_so():
    assert report(a_tank([]))["calibration"] == {"state": "never", "due": None}


def test_the_same_record_has_the_same_hash_and_another_one_has_not():
    texts = [seal.freeze(report(a_tank(curve(seed=n)))) for n in (1, 1, 2)]
    hashes = [seal.digest(text) for text in texts]
    assert hashes[0] == hashes[1] != hashes[2]


def test_days_without_a_grade_stand_in_the_report():
    asked = days(date(2026, 1, 5), date(2026, 1, 6), UTC)
    graded = [{"day": "2026-01-06", "grade": "A"}]
    found = build(FARM, asked, [], asked[-1].end, UTC, quality=graded)["quality"]
    assert found == [{"day": "2026-01-05"}, {"day": "2026-01-06", "grade": "A"}]


def test_the_chart_needs_nothing_from_elsewhere_and_escapes_words():
    day = report(a_tank(curve()))["days"][0]
    svg = chart.draw(day["chart"], [["hold", 6.0]], {"filling": "<b>&"})
    assert "&lt;b&gt;&amp;" in svg and "<b>" not in svg
    assert "href" not in svg and "url(" not in svg
    assert svg.count("<polygon") == len(day["chart"]["runs"]) == 1
    assert "6 °C" in svg


def test_the_examples_are_true():
    assert not doctest.testmod(seal).failed
