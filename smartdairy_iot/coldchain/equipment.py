"""What is wrong with the chiller, the agitator or the wash. Pure."""

from .records import Condition


def chiller_off(moment):
    """Milk has come for long enough, and is too warm for a chiller that runs."""
    standard, cooling = moment.standard, moment.judged.cooling
    if not standard.off_after or moment.phases.phase != "filling" or not cooling:
        return []
    if moment.now - cooling.start < standard.off_after:
        return []
    if moment.celsius <= standard.off_above(cooling.is_first):
        return []
    found = Condition("cooling", "chiller_off", moment.now, standard.off_severity)
    found.limit, found.value = standard.off_celsius, moment.celsius
    return [found]


def judge_agitator(moment, stirs):
    standard, phases = moment.standard, moment.phases
    is_told = any(row[4] is not None for row in phases.recent)
    if stirs or not is_told or not standard.still_after:
        moment.end("agitation", moment.now)
        return
    if phases.phase not in ("cooling", "storage"):
        return
    since = max(moment.judged.stirred_at, phases.since)
    is_new = "agitation" not in moment.judged.conditions
    if is_new and moment.now - since >= standard.still_after:
        severity = standard.still_severity
        moment.begin(Condition("agitation", "no_agitation", moment.now, severity))


def judge_wash(moment):
    """Not washed so long after it was emptied."""
    after, phases = moment.standard.wash_after, moment.phases
    if phases.phase == "empty" and phases.emptied_at and after:
        if moment.now - phases.emptied_at >= after:
            ask_for_wash(moment)


def ask_for_wash(moment):
    """The wash is due now: told once for each emptying."""
    judged, phases = moment.judged, moment.phases
    if not moment.standard.wash_celsius or phases.is_washed:
        return
    if phases.emptied_at is None or phases.emptied_at == judged.empty_told:
        return
    judged.empty_told = phases.emptied_at
    moment.end("wash", moment.now)
    severity = moment.standard.wash_severity
    moment.begin(Condition("wash", "wash_missed", moment.now, severity))


def washed(moment, begin, peak):
    standard = moment.standard
    moment.end("wash", moment.now)
    if standard.wash_celsius and peak < standard.wash_celsius:
        found = Condition("wash", "wash_cold", begin, standard.wash_severity)
        found.value, found.limit = peak, standard.wash_celsius
        moment.begin(found)
