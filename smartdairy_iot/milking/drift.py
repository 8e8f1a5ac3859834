"""Does a meter count differently from its peers? Pure.

Cows differ far more than meters do, so each milking is compared with the same animal's
own median over all meters. What is left over is the meter's: the median of these
ratios, since a median does not hear the odd one out. A meter that is wrong moves the
animals' medians, too, so both are found in turns (Tukey's median polish).
"""

from math import sqrt
from statistics import median
from typing import NamedTuple

ENOUGH = 20  # milkings at a meter
_TURNS = 4  # of the polish
_PEERS = 2  # meters beside it, and milkings of an animal
TOLERANCE = 3.0  # per cent
_SIGMAS = 3.0
_MAD = 1.4826  # median absolute deviation → standard deviation, of a normal spread
_MEDIAN = 1.2533  # standard error of a median: that much of a mean's


class Drift(NamedTuple):
    percent: float | None  # too much is positive; None: too little is known
    error: float | None  # standard error, in per cent
    milkings: int
    verdict: str  # ``ok``, ``drifts`` or ``unknown``


def drift(milkings, tolerance=TOLERANCE):
    """
    :param milkings: ``[(meter, animal, litres)]`` of a farm, over some weeks
    :return: ``{meter: Drift}``
    """
    of_animal = {}
    for meter, animal, liters in milkings:
        if liters > 0:
            of_animal.setdefault(animal, []).append((meter, liters))
    # An animal that knows one meter only says nothing of it.
    told = [m for m in of_animal.values() if len({meter for meter, _l in m}) >= _PEERS]
    ratios = {meter: [] for meter, _animal, _liters in milkings}
    ratios |= _polish(told)
    middles = {m: median(found) for m, found in ratios.items() if len(found) >= ENOUGH}
    return {
        meter: _judge(meter, found, middles, tolerance)
        for meter, found in ratios.items()
    }


def _polish(of_animals):
    """:return: ``{meter: [litres of what that animal gives, …]}``"""
    factors, ratios = {}, {}
    for _turn in range(_TURNS):
        ratios = {}
        for milked in of_animals:
            usual = median(liters / factors.get(m, 1.0) for m, liters in milked)
            for meter, liters in milked:
                ratios.setdefault(meter, []).append(liters / usual)
        factors = {meter: median(found) for meter, found in ratios.items()}
    return ratios


def _judge(meter, found, middles, tolerance):
    peers = [middle for other, middle in middles.items() if other != meter]
    if meter not in middles or len(peers) < _PEERS:
        return Drift(None, None, len(found), "unknown")
    middle, of_peers = middles[meter], median(peers)
    spread = _MAD * median(abs(ratio - middle) for ratio in found)
    percent = 100 * (middle / of_peers - 1)
    error = 100 * _MEDIAN * spread / of_peers / sqrt(len(found))
    drifts = abs(percent) > tolerance and abs(percent) > _SIGMAS * error
    return Drift(percent, error, len(found), "drifts" if drifts else "ok")
