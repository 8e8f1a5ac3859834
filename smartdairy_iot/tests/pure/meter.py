"""Milk meters at work, for the tests of milkings: what was milked is known."""

from datetime import datetime, timedelta, timezone
from itertools import accumulate

from hypothesis import strategies as st

from smartdairy_iot.milking.message import END, READING, START, Message, Meter

NOON = datetime(2026, 1, 5, 12, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
METERS = {name: Meter(name) for name in ("delta", "milking", "counter")}


def at(minutes):
    return NOON + minutes * MINUTE


def reading(minutes, volume=None, session="S", kind=READING, **said):
    return Message(at(minutes), kind, session, volume=volume, **said)


def begin(minutes, session="S", **said):
    return reading(minutes, None, session, START, **said)


def finish(minutes, volume=None, session="S", **said):
    return reading(minutes, volume, session, END, **said)


def milking(meter, first, litres, session="S", animal=7, counter=0.0, **said):
    """Its start, a reading each half minute and its end, as such a meter tells them.

    :param litres: of each reading
    :param counter: what a counter showed before
    """
    so_far = list(accumulate(litres, initial=0.0))
    told = {
        "delta": litres,
        "milking": so_far[1:],
        "counter": [counter + volume for volume in so_far[1:]],
    }[meter.volume]
    whole = counter + so_far[-1] if meter.volume == "counter" else so_far[-1]
    opened = counter if meter.volume == "counter" else None
    moments = [first + (n + 1) / 2 for n in range(len(litres))]
    return [
        reading(first, opened, session, START, animal=animal),
        *(
            reading(minutes, volume, session, animal=animal, **said)
            for minutes, volume in zip(moments, told, strict=True)
        ),
        finish(first + (len(litres) + 1) / 2, whole, session, animal=animal),
    ]


_litres = st.lists(
    st.integers(1, 400).map(lambda centilitres: centilitres / 100),
    min_size=1,
    max_size=12,
)


@st.composite
def shifts(draw, meter):
    """``(messages, [litres of each milking])`` of some hours at one meter.

    Session ids are used again, after a pause or at once; some milkings have none.
    """
    messages, milked, minutes, counter = [], [], 0.0, draw(st.sampled_from([0.0, 5e4]))
    for number in range(draw(st.integers(1, 5))):
        litres = draw(_litres)
        session = draw(st.sampled_from(["S", "T", None]))
        messages += milking(meter, minutes, litres, session, number, counter)
        counter += sum(litres)
        milked.append(sum(litres))
        minutes += (len(litres) + 1) / 2 + draw(st.sampled_from([0.2, 1, 9, 11, 300]))
    return messages, milked
