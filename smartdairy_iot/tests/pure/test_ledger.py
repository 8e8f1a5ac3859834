"""A sealed day cannot be changed unseen, and what was changed is named."""

from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.ledger import chain

SUBJECTS = ("TANK-1", "TANK-2", "Alert 7")


def three_days():
    days, previous = [], chain.GENESIS
    for number in (1, 2, 3):
        entries = [
            chain.to_entry("readings", subject, {"count": number, "max": 4.5})
            for subject in SUBJECTS
        ]
        day = chain.seal("farm 1", f"2026-01-0{number}", previous, entries)
        days.append(day)
        previous = day.hash
    return days


def faults(days):
    return [(fault.kind, fault.date, fault.subject) for fault in chain.verify(days)]


def with_entries(day, entries):
    return day._replace(entries=tuple(entries))


def test_what_nobody_has_touched_has_no_fault():
    assert faults(three_days()) == []


def test_an_altered_row_is_named():
    days = three_days()
    first, second, third = days[1].entries
    forged = second._replace(content='{"count":2,"max":3.9}')
    days[1] = with_entries(days[1], (first, forged, third))
    assert faults(days) == [("entry", "2026-01-02", "TANK-2")]


def test_a_row_that_was_altered_together_with_its_hash_is_named_too():
    days = three_days()
    first, _second, third = days[1].entries
    forged = chain.to_entry("readings", "TANK-2", {"count": 2, "max": 3.9})
    days[1] = with_entries(days[1], (first, forged, third))
    assert faults(days) == [("extra", "2026-01-02", "TANK-2")]


def test_a_row_that_was_removed_or_put_in_is_seen():
    days = three_days()
    days[0] = with_entries(days[0], days[0].entries[1:])
    more = chain.to_entry("alert", "Alert 8", {})
    days[2] = with_entries(days[2], (*days[2].entries, more))
    assert faults(days) == [
        ("missing", "2026-01-01", ""),
        ("extra", "2026-01-03", "Alert 8"),
    ]


def test_a_day_that_was_sealed_again_no_longer_fits_the_next():
    days = three_days()
    forged = [chain.to_entry("readings", "TANK-1", {"max": 3.9})]
    days[1] = chain.seal("farm 1", "2026-01-02", days[0].hash, forged)
    assert faults(days) == [("link", "2026-01-03", "")]


def test_a_day_that_is_gone_is_missed():
    first, _second, third = three_days()
    assert faults([first, third]) == [
        ("gap", "2026-01-03", ""),
        ("link", "2026-01-03", ""),
    ]


def test_two_days_that_were_swapped_are_both_named():
    first, second, third = three_days()
    swapped = (
        second._replace(date=first.date),
        first._replace(date=second.date),
        third,
    )
    found = faults(swapped)
    assert {date for kind, date, _subject in found if kind == "day"} == {
        "2026-01-01",
        "2026-01-02",
    }
    assert ("link", "2026-01-01", "") in found and ("link", "2026-01-02", "") in found


def test_an_entry_that_was_moved_to_another_day_is_named_on_both():
    days = three_days()
    moved = days[0].entries[1]
    days[0] = with_entries(days[0], (days[0].entries[0], days[0].entries[2]))
    days[1] = with_entries(days[1], (*days[1].entries, moved))
    assert faults(days) == [
        ("missing", "2026-01-01", ""),
        ("extra", "2026-01-02", "TANK-2"),
    ]


def test_a_manifest_that_was_altered_together_with_its_row_betrays_the_day():
    days = three_days()
    forged = chain.to_entry("readings", "TANK-2", {"count": 2, "max": 3.9})
    entries = (days[1].entries[0], forged, days[1].entries[2])
    manifest = "\n".join(entry.hash for entry in entries)
    days[1] = days[1]._replace(manifest=manifest, entries=entries)
    assert faults(days) == [("day", "2026-01-02", "")]


@given(st.integers(1, 2), st.floats(0, 9))
def test_who_seals_all_days_again_is_found_by_one_hash_that_left_the_house(
    first, value
):
    """A suffix hashed anew is a chain as good as the old: only the copy tells."""
    days = three_days()
    kept = days[-1].hash
    for number in range(first, 3):
        entries = [chain.to_entry("readings", "TANK-1", {"max": value})]
        previous = days[number - 1].hash
        days[number] = chain.seal("farm 1", days[number].date, previous, entries)
    assert faults(days) == []
    assert days[-1].hash != kept


def test_a_day_of_another_farm_does_not_pass_for_ours():
    days = three_days()
    days[2] = days[2]._replace(owner="farm 2")
    assert ("day", "2026-01-03", "") in faults(days)


def test_two_things_that_read_alike_when_put_together_are_not_alike():
    assert chain.hash_entry("a", "bc", "d") != chain.hash_entry("ab", "c", "d")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values), st.randoms())
def test_the_order_in_which_facts_were_found_does_not_matter(content, random):
    keys = list(content)
    random.shuffle(keys)
    shuffled = {key: content[key] for key in keys}
    assert chain.to_text(shuffled) == chain.to_text(content)


@given(
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from(("kind", "subject", "content")),
    st.text(min_size=1),
)
def test_any_change_of_any_row_is_found(day, row, field, text):
    days = three_days()
    entries = list(days[day].entries)
    was = getattr(entries[row], field)
    entries[row] = entries[row]._replace(**{field: was + text})
    days[day] = with_entries(days[day], entries)
    found = faults(days)
    assert [fault[:2] for fault in found] == [("entry", days[day].date)]
