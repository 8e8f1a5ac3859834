"""Which alerts one device wants to hear of. Pure.

Not FCM's topics: any installation of the app may subscribe to those, without Odoo, and
would hear of the farms of others. These only choose among what the person may see.
"""

SEVERITIES = ("low", "medium", "high", "critical")
MOST = 50
PATTERN = r"^(?:farm_[1-9][0-9]{0,8}|severity_(?:low|medium|high|critical))$"


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
