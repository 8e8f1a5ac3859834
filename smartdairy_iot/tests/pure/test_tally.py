"""How many messages each device sent, and what became of them."""

from datetime import timedelta

from smartdairy_iot.health.tally import Counts, Tally
from smartdairy_iot.ingest.buffer import Batch
from smartdairy_iot.ingest.message import Reason, Rejection
from smartdairy_iot.tests.pure.builders import NOW, at, make_sample, make_status


def make_rejection(device_id="TEMP-1"):
    return Rejection(Reason.NOT_JSON, "", "topic", b"", NOW, device_id)


def test_every_record_of_a_device_is_counted_as_received():
    tally = Tally()
    tally.add(
        Batch(
            samples=[make_sample(0), make_sample(1), make_sample(2, device_id="B")],
            statuses=[make_status(3, True)],
        )
    )
    assert tally.take() == {"TEMP-1": Counts(received=3), "B": Counts(received=1)}


def test_what_the_broker_repeats_of_a_status_is_no_message_of_the_device():
    tally = Tally()
    tally.add(Batch(statuses=[make_status(0, True)._replace(is_retained=True)]))
    assert not tally


def test_a_refused_record_is_received_and_rejected():
    tally = Tally()
    tally.add(Batch(rejections=[make_rejection(), make_rejection(None)]))
    assert tally.take() == {"TEMP-1": Counts(received=1, rejected=1)}


def test_late_is_what_arrives_more_than_five_minutes_after_it_was_measured():
    tally = Tally()
    tally.add(
        Batch(
            samples=[
                make_sample(0, received_at=at(300)),
                make_sample(0, received_at=at(300) + timedelta(milliseconds=1)),
            ]
        )
    )
    assert tally.take() == {"TEMP-1": Counts(received=2, late=1)}


def test_what_the_broker_sends_again_is_counted_apart():
    tally = Tally()
    tally.add_again([make_sample(0)])
    assert tally.take() == {"TEMP-1": Counts(received=1, again=1)}


def test_counts_that_could_not_be_told_are_told_with_the_next():
    tally = Tally()
    tally.add(Batch(samples=[make_sample(0)]))
    taken = tally.take()
    assert not tally
    tally.add(Batch(samples=[make_sample(1)]))
    tally.give_back(taken)
    tally.add(Batch(samples=[make_sample(2)]))
    assert tally.take() == {"TEMP-1": Counts(received=3)}
