"""Which alerts one device wants to hear of. Pure.

Not FCM's topics: any installation of the app may subscribe to those, without Odoo, and
would hear of the farms of others. These only choose among what the person may see.
"""

import re

SEVERITIES = ("low", "medium", "high", "critical")
MOST = 50
_TOPIC = re.compile(r"farm_[1-9][0-9]{0,9}|severity_(?:low|medium|high|critical)")


def problem_of(topics):
    """Why a list cannot be one of topics, None when it can."""
    if not isinstance(topics, list) or len(topics) > MOST:
        return f"topics must be a list of at most {MOST} topics."
    for topic in topics:
        if not isinstance(topic, str) or not _TOPIC.fullmatch(topic):
            return (
                "A topic is farm_<id>, or severity_low, severity_medium, "
                "severity_high or severity_critical."
            )
    return None


def farms_of(topics):
    return {int(t.removeprefix("farm_")) for t in topics if t.startswith("farm_")}


def wants(topics, facts):
    """Whether a device is told: of the farms it has chosen, from the lowest severity it
    has chosen; what it has not chosen about is everything.

    :param facts: ``(farm id or None, severity)`` of each alert that is told
    """
    farms = farms_of(topics)
    ranks = [
        SEVERITIES.index(topic.removeprefix("severity_"))
        for topic in topics
        if topic.startswith("severity_")
    ]
    least = min(ranks, default=0)
    return not facts or any(
        (not farms or farm in farms) and SEVERITIES.index(severity) >= least
        for farm, severity in facts
    )
