import pytest
from lxml import etree

from smartdairy_iot_stock.transport.chart import draw
from smartdairy_iot_stock.transport.trip import Limits, Point, summarize

HOUR = 3600.0
BAND = Limits(0.0, 7.0)


def points(values, step=60.0, start=0.0):
    return [
        Point(start + step * n, value - 0.1, value, value + 0.1)
        for n, value in enumerate(values)
    ]


def test_a_cold_trip_is_never_outside_and_has_no_gap():
    trip = summarize(points([4.0] * 60), 0, HOUR, BAND, 60)
    assert (trip.outside, trip.gaps) == (0, ())
    assert trip.average == pytest.approx(4.0)
    assert (trip.low, trip.high) == (3.9, 4.1)


def test_minutes_above_and_below_the_limits_are_added_up():
    values = [4.0] * 20 + [9.0] * 10 + [4.0] * 20 + [-2.0] * 5 + [4.0] * 5
    assert summarize(points(values), 0, HOUR, BAND, 60).outside == 15 * 60


def test_a_sensor_that_sends_every_quarter_of_an_hour_counts_its_whole_quarters():
    trip = summarize(points([4, 9, 9, 4], step=900), 0, HOUR, BAND, 60)
    assert trip.outside == 1800
    assert trip.gaps == ()


def test_what_was_not_measured_is_a_gap_and_not_outside():
    trip = summarize(
        points([9.0] * 10) + points([4.0] * 10, start=3000), 0, HOUR, BAND, 60
    )
    assert trip.outside == 10 * 60
    assert trip.gaps == ((600, 3000),)
    assert trip.gap == 2400


def test_a_sensor_silent_at_the_beginning_and_the_end_leaves_two_gaps():
    trip = summarize(points([4.0] * 10, start=1200), 0, HOUR, BAND, 60)
    assert trip.gaps == ((0, 1200), (1800, 3600))


def test_the_average_is_of_time_and_not_of_readings():
    sparse = points([10.0] * 4, step=300)
    dense = points([0.0] * 20, start=1200)
    trip = summarize(sparse + dense, 0, 2400, Limits(None, None), 60)
    assert trip.average == pytest.approx(5.0)


def test_nothing_measured_is_one_gap_and_no_temperature():
    trip = summarize([], 0, HOUR, BAND, 60)
    assert (trip.low, trip.average, trip.high) == (None, None, None)
    assert trip.gaps == ((0, HOUR),)


def test_one_side_without_limit_is_not_judged():
    cold = points([-20.0] * 10)
    assert summarize(cold, 0, 600, Limits(None, 7.0), 60).outside == 0
    assert summarize(cold, 0, 600, Limits(0.0, None), 60).outside == 600


def chart(samples, start, end, label=lambda at: "12:00"):
    trip = summarize(samples, start, end, BAND, 60)
    return etree.fromstring(
        draw(points=samples, trip=trip, limits=BAND, start=start, end=end, label=label)
    )


def named(svg, name):
    return svg.findall(f"{{http://www.w3.org/2000/svg}}{name}")


def test_the_chart_breaks_its_line_at_a_gap_and_shades_it():
    svg = chart(points([4.0] * 10) + points([4.0] * 10, start=3000), 0, HOUR)
    assert len(named(svg, "polyline")) == 2
    assert len(named(svg, "rect")) == 1


def test_a_week_of_minutes_is_a_small_chart_that_keeps_its_peak():
    values = [4.0] * 10080
    values[5000] = 30.0
    svg = chart(points(values), 0, 604800)
    (line,) = named(svg, "polyline")
    assert len(line.get("points").split()) <= 351
    assert len(named(svg, "circle")) == 1


def test_a_chart_without_any_point_is_drawn_all_the_same():
    assert not named(chart([], 0, HOUR), "polyline")


def test_all_of_a_chart_lies_inside_its_frame():
    svg = chart(points([-30.0, 60.0] * 30), 0, HOUR)
    for line in named(svg, "polyline"):
        for pair in line.get("points").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 700
            assert 0 <= y <= 220
