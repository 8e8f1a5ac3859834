"""What a domain says of readings that an index finds, apart from the rest."""

from datetime import datetime, timezone
from typing import NamedTuple

from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition, DomainOr

from . import reading_id

_NO_SPAN = (None, None)


class Narrowed(NamedTuple):
    devices: Domain  # of iot.device
    types: tuple
    start: datetime | None  # aware
    end: datetime | None  # aware, not part of it
    alarms: bool  # no others
    keys: tuple | None  # of reading_id.Key: no others
    rest: Domain  # what the others do not already say


def narrow(domain):
    """
    :param domain: optimized in full, with devices as ids
    :return: :class:`Narrowed`
    """
    devices, rest = Domain.TRUE, []
    types, alarms, keys = set(reading_id.TYPES), False, None
    for part in domain.children if isinstance(domain, DomainAnd) else (domain,):
        field, operator, value = _condition(part)
        is_set = operator in ("in", "not in")
        if field == "device_id" and is_set:
            devices &= Domain("id", operator, [id_ for id_ in value if id_])
        elif field == "reading_type" and is_set:
            types = types & set(value) if operator == "in" else types - set(value)
        elif not (field == "timestamp" and _span(part) != _NO_SPAN):
            rest.append(part)
            alarms |= field == "is_alarm" and operator == "in" and all(value)
            if field == "id" and operator == "in":
                keys = _keys(value)
    start, end = _span(domain)
    if keys is not None:
        types &= {key.reading_type for key in keys}
        start, end = _meet((start, end), _hull_of_keys(keys))
    types = tuple(name for name in reading_id.TYPES if name in types)
    return Narrowed(devices, types, start, end, alarms, keys, Domain.AND(rest))


def _condition(part):
    if isinstance(part, DomainCondition):
        return part.field_expr, part.operator, part.value
    return None, None, None


def _keys(ids):
    keys = (reading_id.decode(id_) for id_ in ids if type(id_) is int)
    return tuple(key for key in keys if key)


def _hull_of_keys(keys):
    starts = [key.start for key in keys]
    return (min(starts), max(starts) + reading_id.TICK) if starts else _NO_SPAN


def _span(domain):
    """``(start, end)``: all that fulfils the domain lies between."""
    if isinstance(domain, DomainAnd):
        span = _NO_SPAN
        for part in domain.children:
            span = _meet(span, _span(part))
        return span
    if isinstance(domain, DomainOr):
        starts, ends = zip(*map(_span, domain.children), strict=True)
        return (
            None if None in starts else min(starts),
            None if None in ends else max(ends),
        )
    field, operator, value = _condition(domain)
    if field == "timestamp" and isinstance(value, datetime):
        time = value.replace(tzinfo=timezone.utc)
        if operator == ">=":
            return time, None
        if operator == "<":
            return None, time
    return _NO_SPAN


def _meet(one, other):
    starts = [start for start in (one[0], other[0]) if start]
    ends = [end for end in (one[1], other[1]) if end]
    return max(starts, default=None), min(ends, default=None)
