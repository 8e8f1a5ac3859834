"""What the listener counted since it last told."""

from dataclasses import replace

from smartdairy_iot.ingest.counters import Counters


def test_a_round_s_share_is_the_difference_to_the_copy_kept_of_the_last_one():
    counters = Counters(received=10, stored=8, rejected=1)
    told = replace(counters)
    counters.received += 5
    counters.reconnects += 1
    share = counters.since(told)
    assert share["received"] == 5
    assert share["reconnects"] == 1
    assert sum(share.values()) == 6
