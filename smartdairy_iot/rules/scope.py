"""Which of several rules applies to a device: the most specific one. Pure.

A rule names any of the six: device, profile, kind of place, device type, farm, company.
It applies where all that it names is so. Of the rules of one kind and reading type that
apply, those win that name the first of the six which not all of them name; if they tie,
the second is looked at, and so on. So a rule for a device beats one for its profile,
that one beats one for raw milk, whatever else these name; of two rules for raw milk the
one that names the farm, too, wins over the one for all farms. Rules that name the very
same apply all, the most severe first. Its schedule makes no rule more or less specific:
a rule that wins only at night leaves the day to nobody.
"""

from typing import NamedTuple

from .rule import severity_rank


class Scope(NamedTuple):
    """What a rule names, None: any; or what a device is, None: none. In rank order."""

    device: int | None = None
    profile: int | None = None
    place: str | None = None  # location type
    device_type: str | None = None
    farm: int | None = None
    company: int | None = None


class Scoped(NamedTuple):
    rule: object  # Rule of ``rule``
    scope: Scope

    def rank(self, device):
        """How specific the rule is for that device, None where it does not apply.

        :param device: :class:`Scope` of it
        """
        ranks = []
        for named, actual in zip(self.scope, device, strict=True):
            if named is not None and named != actual:
                return None
            ranks.append(named is not None)
        return tuple(ranks)


class Ranking:
    """All rules, ready to tell what applies to a device.

    :param scoped: iterable of :class:`Scoped`
    :param judged: ids of devices whose temperature a cooling standard judges: of rules
        about it, only those for that very device apply
    """

    def __init__(self, scoped, judged=()):
        self._judged = frozenset(judged)
        self._general = []
        self._of_device = {}
        for one in scoped:
            if one.scope.device is None:
                self._general.append(one)
            else:
                self._of_device.setdefault(one.scope.device, []).append(one)
        scopes = [one.scope for one in self._general]
        self._profiles = {scope.profile for scope in scopes}
        self._farms = {scope.farm for scope in scopes}
        self._companies = {scope.company for scope in scopes}

    def narrow(self, device):
        """The scope without what no rule asks for: devices that share it share rules.

        :param device: :class:`Scope` of it
        """
        if device.device in self._of_device or device.device in self._judged:
            return device
        return device._replace(
            device=None,
            profile=device.profile if device.profile in self._profiles else None,
            farm=device.farm if device.farm in self._farms else None,
            company=device.company if device.company in self._companies else None,
        )

    def applying(self, device):
        """:return: ``{(kind, reading type or None): {rank: [Rule, …]}}``"""
        found = {}
        own = self._of_device.get(device.device, ())
        is_judged = device.device in self._judged
        for one in (*own, *self._general):
            if is_judged and one.scope.device is None:
                if one.rule.reading_type == "temperature":
                    continue
            rank = one.rank(device)
            if rank is not None:
                key = one.rule.kind, one.rule.reading_type
                found.setdefault(key, {}).setdefault(rank, []).append(one.rule)
        return found

    def winners(self, device):
        """:return: ``{(kind, reading type or None): (Rule, …)}``, most severe first"""
        return {
            key: tuple(sorted(ranked[max(ranked)], key=_most_severe_first))
            for key, ranked in self.applying(device).items()
        }

    def winning_ids(self, device):
        """:return: set of the ids of the rules in force there"""
        ranked = self.winners(device).values()
        return {rule.threshold_id for rules in ranked for rule in rules}


def _most_severe_first(rule):
    return -severity_rank(rule.severity), rule.threshold_id
