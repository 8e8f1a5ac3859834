"""What a file would do: devices created and changed, and every reason why it cannot."""

import hashlib
from dataclasses import dataclass, field

from .column import COLUMNS, match_header
from .draft import Draft, Drafting
from .known import KnownDevice
from .place import Places
from .problem import Problem

_UNIQUE = (("gateway", "channel"), ("profile", "source_key"))


@dataclass(frozen=True, slots=True)
class Ref:
    """The device that another row creates."""

    row: int


@dataclass(frozen=True, slots=True)
class Item:
    """:ivar kind: create, update, unchanged or kept (retired)
    :ivar device: id of iot.device, None: a new one
    :ivar values: ``{column's name: value}`` to write; of a gateway a Ref or an id
    """

    row: int
    kind: str
    device: int | None
    title: str
    values: dict


@dataclass
class Plan:
    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def of(self, kind):
        return [item for item in self.items if item.kind == kind]

    def levels(self):
        """The new ones, in lists: a gateway is in an earlier one than its children."""
        waiting, done = self.of("create"), set()
        own = {item.row for item in waiting}
        while waiting:
            ready = [i for i in waiting if self._gateway_row(i, own) in {None} | done]
            if not ready:
                raise ValueError("gateways in a circle")  # told as a problem before
            yield ready
            done |= {item.row for item in ready}
            waiting = [item for item in waiting if item.row not in done]

    @staticmethod
    def _gateway_row(item, rows):
        gateway = item.values.get("gateway")
        return gateway.row if isinstance(gateway, Ref) and gateway.row in rows else None

    def fingerprint(self):
        """Another one when the database or the file would do something else now."""
        text = repr(
            [
                (i.row, i.kind, i.device, sorted(i.values.items(), key=str))
                for i in self.items
            ]
            + self.problems
        )
        return hashlib.sha256(text.encode()).hexdigest()


def make_plan(
    table, known, columns=COLUMNS, headers=None, default_farm=None, needs_farm=False
):
    """:param headers: ``{header in the user's language: column's name}``
    :param default_farm: id, for devices on no farm whose row names none
    :param needs_farm: for all but drafts
    """
    header = match_header(table.header, columns, headers)
    if header.problems:
        return Plan(problems=header.problems, ignored=header.ignored)
    drafting = Drafting(known)
    drafts = [drafting.draft(row, header.columns) for row in table.rows]
    wanted = [draft for draft in drafts if not draft.is_kept]
    places = Places(drafting, wanted)
    for draft in wanted:
        places.link_records(draft, default_farm)
    for draft in wanted:
        places.link_gateway(draft)
    for draft in wanted:
        places.link_farm_of_gateway(draft, default_farm)
    for draft in wanted:
        places.link_on_farm(draft)
        if needs_farm and draft.is_new and not draft.failed and not draft.final("farm"):
            drafting.report(draft, "farm", "farm_needed")
    for columns_together in _UNIQUE:
        _check_unique(drafting, wanted, *columns_together)
    problems = sorted(drafting.problems, key=lambda problem: problem.row or 0)
    items = [_to_item(draft) for draft in drafts if draft.is_sound]
    return Plan(items, problems, header.ignored)


def _check_unique(drafting, drafts, group, column):
    """One channel per gateway, one key per profile."""
    named = {draft.device.id for draft in drafts if draft.device}
    holder = {
        (device[group], device[column]): device["device_id"]
        for device in drafting.known.devices
        if device.id not in named and device[group] and device[column]
    }
    for draft in drafts:
        key = _identity(draft.final(group)), draft.final(column)
        if not all(key):
            continue
        other = holder.setdefault(key, draft)
        if isinstance(other, Draft) and other is not draft:
            drafting.report(draft, column, "twice", text=key[1], first=other.row)
        elif isinstance(other, str):
            drafting.report(draft, column, f"{column}_taken", text=key[1], device=other)


def _identity(value):
    """A gateway may be an id, a KnownDevice or a Draft."""
    if isinstance(value, Draft):
        return value.device.id if value.device else Ref(value.row)
    return value.id if isinstance(value, KnownDevice) else value


def _to_item(draft):
    device = draft.device
    if draft.is_kept:
        return Item(draft.row, "kept", device.id, device["device_id"], {})
    values = {
        column: _identity(draft.final(column))
        for column in {**draft.values, **draft.links}
    }
    if not device:
        if not values.get("name"):
            values["name"] = draft.title
        return Item(draft.row, "create", None, draft.title, values)
    changed = {
        column: value for column, value in values.items() if value != device[column]
    }
    kind = "update" if changed else "unchanged"
    return Item(draft.row, kind, device.id, device["device_id"] or "", changed)
