"""One message by several ways: a person with two browsers and a phone. Pure."""

from .outcome import Outcome


def best_of(outcomes):
    """One that arrived is enough; else it is tried again while one may still arrive.

    :param outcomes: at least one
    """
    outcomes = list(outcomes)
    sent = next((outcome for outcome in outcomes if outcome.is_sent), None)
    if sent:
        return sent
    hopeful = [outcome for outcome in outcomes if not outcome.is_final]
    errors = dict.fromkeys(outcome.error for outcome in hopeful or outcomes)
    return Outcome(
        False,
        " ".join(errors),
        is_final=not hopeful,
        is_channel_down=bool(hopeful) and all(o.is_channel_down for o in hopeful),
        retry_after=max((o.retry_after for o in hopeful), default=0),
    )
