"""What is told of each device: always the newest, and never something older."""

import itertools

import pytest

from smartdairy_iot.ingest.buffer import Batch
from smartdairy_iot.ingest.news import News
from smartdairy_iot.rules.classify import Alarm
from smartdairy_iot.tests.pure.builders import HIGH, at, make_sample, make_status


def told(*batches):
    """What is known of TEMP-1 after these batches; each is a list of samples."""
    news = News()
    for samples in batches:
        news.add(Batch(samples=samples))
    devices, _wakes_rules = news.take()
    return devices["TEMP-1"]


def reading(seconds, temperature, **changes):
    return make_sample(seconds, {"temperature": temperature}, **changes)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_value_is_told_in_whichever_order_readings_arrive(order):
    samples = [
        reading(0, 3.0, received_at=at(60), alarms={}),
        reading(10, 5.0, received_at=at(60), alarms=HIGH, location_type="storage"),
        reading(20, 3.5, received_at=at(60), alarms={}, location_type="transport"),
    ]
    news = told([samples[index] for index in order])
    assert news.values == {"temperature": 3.5}
    assert (news.time, news.alarm_type) == (at(20), None)
    assert news.location_type == "transport"
    assert news.last_seen == at(60)


def test_a_backfill_in_a_later_batch_does_not_take_the_tile_back_in_time():
    live = reading(20, 3.5, battery=50, signal=60, firmware="2.0")
    backfill = reading(
        10, 9.0, received_at=at(30), battery=55, signal=10, firmware="1.9", alarms=HIGH
    )
    news = told([live], [backfill])
    assert news.values == {"temperature": 3.5}
    assert (news.time, news.alarm_type) == (at(20), None)
    assert (news.battery, news.signal, news.firmware) == (50, 60, "2.0")
    assert news.last_seen == at(30)


def test_a_backfill_was_received_when_it_came():
    assert told(
        [reading(20, 3.5)], [reading(0, 3.0, received_at=at(30))]
    ).data_at == at(30)
    assert told([make_sample(0, {})]).data_at is None, "an event is no reading"


def test_who_spoke_for_others_is_online_and_seen_and_has_nothing_new():
    news = News()
    news.add(Batch(samples=[reading(0, 3.5, received_at=at(0))]))
    news.add(Batch(heard=[("TEMP-1", at(60)), ("GW-1", at(61))]))
    devices, _wakes_rules = news.take()
    assert {name: told.last_seen for name, told in devices.items()} == {
        "TEMP-1": at(60),
        "GW-1": at(61),
    }
    assert devices["TEMP-1"].values == {"temperature": 3.5}
    assert (devices["GW-1"].is_online, devices["GW-1"].values) == (True, {})


def test_values_that_come_in_separate_messages_are_told_together():
    volume = make_sample(0, {"volume": 0.5})
    conductivity = make_sample(1, {"conductivity": 4.9})
    news = told([volume], [conductivity])
    assert news.values == {"volume": 0.5, "conductivity": 4.9}


def test_what_a_message_does_not_mention_stays_as_it_was_last_said():
    news = told([make_sample(0, battery=50, firmware="2.0"), make_sample(1, signal=9)])
    assert (news.battery, news.signal, news.firmware) == (50, 9, "2.0")


def test_an_event_without_values_is_a_sign_of_life_and_hides_no_value():
    news = told([reading(0, 3.5, alarms=HIGH), make_sample(9, {})])
    assert news.values == {"temperature": 3.5}
    assert (news.time, news.alarm_type) == (at(0), "high_temperature")
    assert news.last_seen == at(9)
    assert news.is_online


@pytest.mark.parametrize(
    ("sample_at", "status_at", "is_online"),
    [(0, 1, False), (1, 0, True), (None, 0, False)],
    ids=["offline after a reading", "a reading after offline", "only offline"],
)
def test_who_spoke_last_decides_whether_a_device_is_online(
    sample_at, status_at, is_online
):
    samples = [] if sample_at is None else [make_sample(sample_at)]
    news = News()
    news.add(Batch(samples=samples, statuses=[make_status(status_at, False)]))
    devices, _wakes_rules = news.take()
    assert devices["TEMP-1"].is_online is is_online


def test_a_reading_in_a_later_batch_brings_a_device_back_online():
    news = News()
    news.add(Batch(statuses=[make_status(0, False)]))
    news.add(Batch(samples=[make_sample(1)]))
    devices, _wakes_rules = news.take()
    assert devices["TEMP-1"].is_online


def test_there_is_no_news_before_something_came_and_after_it_was_taken():
    news = News()
    assert not news
    assert news.take() == ({}, False)
    news.add(Batch(samples=[make_sample()]))
    assert news
    news.take()
    assert not news


def test_refused_messages_alone_are_no_news():
    news = News()
    news.add(Batch(rejections=["refused"], receipts=["a"]))
    assert not news


# Telling failed -----------------------------------------------------------------


def given_back(taken, newer):
    """What is told when telling of ``taken`` failed and ``newer`` came meanwhile."""
    news = News()
    news.add(taken)
    devices, wakes_rules = news.take()
    news.add(newer)
    news.give_back(devices, wakes_rules)
    return news.take()


def test_when_readings_last_came_is_not_lost_either():
    devices, _wakes_rules = given_back(
        Batch(samples=[reading(0, 9.0)]), Batch(samples=[make_sample(5, {})])
    )
    assert devices["TEMP-1"].data_at == at(0)


def test_news_that_could_not_be_told_is_not_lost():
    devices, wakes_rules = given_back(
        Batch(samples=[reading(0, 9.0, alarms=HIGH, battery=50)]), Batch()
    )
    assert devices["TEMP-1"].values == {"temperature": 9.0}
    assert (devices["TEMP-1"].battery, wakes_rules) == (50, True)


def test_given_back_news_does_not_hide_what_came_meanwhile():
    devices, _wakes_rules = given_back(
        Batch(samples=[reading(0, 9.0, alarms=HIGH, battery=50, firmware="1")]),
        Batch(samples=[reading(10, 3.5, battery=49)]),
    )
    news = devices["TEMP-1"]
    assert news.values == {"temperature": 3.5}
    assert (news.time, news.alarm_type, news.last_seen) == (at(10), None, at(10))
    assert (news.battery, news.firmware) == (49, "1")


def test_a_backfill_that_came_meanwhile_does_not_hide_what_is_given_back():
    devices, _wakes_rules = given_back(
        Batch(samples=[reading(10, 9.0, alarms=HIGH, location_type="storage")]),
        Batch(samples=[reading(0, 3.5, received_at=at(20))]),
    )
    news = devices["TEMP-1"]
    assert news.values == {"temperature": 9.0}
    assert (news.time, news.alarm_type) == (at(10), "high_temperature")
    assert (news.location_type, news.last_seen) == ("storage", at(20))


def test_given_back_values_are_told_together_with_others_of_the_device():
    devices, _wakes_rules = given_back(
        Batch(samples=[make_sample(0, {"volume": 0.5})]),
        Batch(samples=[make_sample(1, {"conductivity": 4.9})]),
    )
    assert devices["TEMP-1"].values == {"volume": 0.5, "conductivity": 4.9}


def test_a_device_that_went_offline_meanwhile_stays_offline_and_keeps_its_values():
    devices, _wakes_rules = given_back(
        Batch(samples=[reading(0, 3.5)]), Batch(statuses=[make_status(1, False)])
    )
    assert not devices["TEMP-1"].is_online
    assert devices["TEMP-1"].values == {"temperature": 3.5}


# Waking the rules ---------------------------------------------------------------

SEVERE = {"temperature": Alarm("high", "high")}
LOW = {"temperature": Alarm("low", "medium")}


@pytest.mark.parametrize(
    ("alarms", "wakes"),
    [
        ([{}, {}, {}], "w.."),
        ([HIGH, HIGH, HIGH], "w.."),
        ([{}, HIGH, HIGH, {}, {}], "ww.w."),
        ([HIGH, SEVERE, SEVERE, HIGH], "ww.w"),
        ([HIGH, LOW], "ww"),
        ([{}, HIGH, {}, HIGH], "wwww"),
    ],
    ids=["fine", "steady breach", "a breach", "severity", "other side", "flapping"],
)
def test_the_rules_are_woken_when_an_alarm_changes_and_not_by_each_reading(
    alarms, wakes
):
    """The first reading wakes them too: what was open may have ended meanwhile."""
    news = News()
    seen = ""
    for second, alarm in enumerate(alarms):
        news.add(Batch(samples=[make_sample(second, alarms=alarm)]))
        _devices, wakes_rules = news.take()
        seen += "w" if wakes_rules else "."
    assert seen == wakes


def test_a_breach_and_its_end_in_the_same_batch_still_wake_the_rules():
    news = News()
    news.add(Batch(samples=[make_sample(0)]))
    news.take()
    news.add(Batch(samples=[make_sample(1, alarms=HIGH), make_sample(2)]))
    assert news.take()[1] is True


def test_an_event_without_values_ends_no_alarm():
    news = News()
    news.add(Batch(samples=[make_sample(0, alarms=HIGH)]))
    news.take()
    news.add(Batch(samples=[make_sample(1, {}), make_sample(2, alarms=HIGH)]))
    assert news.take()[1] is False


def test_one_device_s_alarm_says_nothing_about_another_s():
    news = News()
    news.add(Batch(samples=[make_sample(0), make_sample(0, device_id="TEMP-2")]))
    news.take()
    news.add(Batch(samples=[make_sample(1, device_id="TEMP-2", alarms=HIGH)]))
    assert news.take()[1] is True
    news.add(Batch(samples=[make_sample(2)]))
    assert news.take()[1] is False
