"""When a batch is due. No test waits: the clock is passed in."""

import pytest

from smartdairy_iot.ingest.buffer import Batch, Buffer
from smartdairy_iot.ingest.message import Decoded, Reason, Rejection, Stranger
from smartdairy_iot.tests.pure.builders import NOW, make_sample, make_status


def make_buffer():
    return Buffer(rows=3, seconds=0.05, limit=5)


def readings(count=1):
    return Decoded(samples=[make_sample(second) for second in range(count)])


def test_an_empty_buffer_is_never_due_and_nobody_waits_for_it():
    buffer = make_buffer()
    assert buffer.wait(1e9) is None
    assert not buffer.is_due(1e9)
    assert not buffer.is_full
    assert not buffer.take()


def test_a_batch_is_due_at_once_when_enough_rows_wait():
    buffer = make_buffer()
    buffer.add(readings(2), "a", now=10.0)
    assert not buffer.is_due(10.0)
    buffer.add(readings(1), "b", now=10.0)
    assert buffer.is_due(10.0)
    assert buffer.wait(10.0) == 0.0


def test_a_lone_reading_waits_no_longer_than_it_may():
    buffer = make_buffer()
    buffer.add(readings(), "a", now=10.0)
    assert buffer.wait(10.0) == pytest.approx(0.05)
    assert buffer.wait(10.02) == pytest.approx(0.03)
    assert not buffer.is_due(10.04)
    assert buffer.is_due(10.06)
    assert buffer.wait(99.0) == 0.0


def test_a_steady_trickle_does_not_put_off_the_oldest_reading():
    buffer = make_buffer()
    buffer.add(readings(), "a", now=10.0)
    buffer.add(readings(), "b", now=10.04)
    assert buffer.is_due(10.06)


def test_the_time_starts_anew_after_a_batch_was_taken():
    buffer = make_buffer()
    buffer.add(readings(), "a", now=10.0)
    buffer.take()
    assert buffer.wait(10.01) is None
    buffer.add(readings(), "b", now=11.0)
    assert buffer.wait(11.0) == pytest.approx(0.05)


def test_a_full_buffer_says_so_until_it_is_taken():
    buffer = make_buffer()
    buffer.add(readings(4), "a", now=10.0)
    assert not buffer.is_full
    buffer.add(readings(1), "b", now=10.0)
    assert buffer.is_full
    buffer.take()
    assert not buffer.is_full and len(buffer) == 0


def test_long_messages_of_strangers_fill_the_buffer_before_its_rows_do():
    buffer = Buffer(rows=3, seconds=0.05, limit=10**6)
    stranger = Stranger("X-1", "x", b"x" * 65536, NOW)
    for _ in range(511):
        buffer.add(Decoded(strangers=[stranger]), None, now=0.0)
    assert not buffer.is_full
    buffer.add(Decoded(strangers=[stranger]), None, now=0.0)
    assert buffer.is_full
    buffer.take()
    assert not buffer.is_full


def test_one_message_larger_than_the_buffer_is_kept_whole():
    buffer = make_buffer()
    buffer.add(readings(9), "a", now=10.0)
    assert buffer.is_full
    assert len(buffer.take().samples) == 9


def test_messages_that_brought_nothing_to_store_are_still_acknowledged():
    buffer = make_buffer()
    buffer.add(Decoded(), "a", now=10.0)
    assert len(buffer) == 1
    assert buffer.is_due(10.06)
    assert buffer.take().receipts == ["a"]


def test_a_flood_of_messages_that_bring_nothing_cannot_grow_the_buffer():
    buffer = make_buffer()
    for number in range(5):
        buffer.add(Decoded(), number, now=10.0)
    assert buffer.is_full


def test_a_message_without_receipt_and_content_leaves_nothing_to_commit():
    buffer = make_buffer()
    buffer.add(Decoded(), None, now=10.0)
    assert buffer.wait(10.0) is None


def test_a_reading_sent_without_acknowledgement_is_stored_all_the_same():
    buffer = make_buffer()
    buffer.add(readings(), None, now=10.0)
    batch = buffer.take()
    assert len(batch.samples) == 1 and batch.receipts == []


def test_everything_keeps_the_order_in_which_it_arrived():
    buffer = make_buffer()
    first, second = readings(), readings()
    buffer.add(first, "a", now=10.0)
    buffer.add(Decoded(statuses=[make_status(0, True)]), "b", now=10.0)
    refused = Rejection(Reason.NOT_JSON, "", "x", b"?", NOW)
    buffer.add(Decoded(rejections=[refused]), "c", now=10.0)
    buffer.add(second, "d", now=10.0)
    batch = buffer.take()
    assert batch.samples == first.samples + second.samples
    assert batch.statuses == [make_status(0, True)]
    assert batch.rejections == [refused]
    assert batch.receipts == ["a", "b", "c", "d"]


def test_a_batch_taken_earlier_is_not_touched_by_what_comes_after():
    buffer = make_buffer()
    buffer.add(readings(), "a", now=10.0)
    batch = buffer.take()
    buffer.add(readings(), "b", now=10.0)
    assert batch.receipts == ["a"] and len(batch.samples) == 1


@pytest.mark.parametrize(
    ("batch", "length"),
    [
        (Batch(), 0),
        (Batch(receipts=["a", "b"]), 2),
        (Batch(samples=[1, 2, 3], receipts=["a"]), 3),
        (Batch(samples=[1], statuses=[2], rejections=[3], receipts=["a"]), 3),
    ],
)
def test_rows_count_and_so_do_messages_that_brought_none(batch, length):
    assert len(batch) == length
    assert bool(batch) is bool(length)
