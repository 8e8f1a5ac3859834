"""What is told over MQTT. Pure; see :mod:`.publisher` for how."""

import json

from .publication import Publication


def to_payload(content):
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def device_publications(topic, event, alert, still_open):
    """The news of one device's alerts, and what remains of them.

    The message is retained while an alert of the device is open: a screen that connects
    later must learn what is wrong now, without asking anybody. It lists *all* open
    alerts of the device, since a topic retains one message only. When the last alert
    has ended, the end is told to those who listen, not retained, and the retained
    message is taken away: what stays would tell of a trouble that is over.

    :param alert: what happened to which alert
    :param still_open: the open alerts of that device now, as dictionaries
    :return: list of :class:`Publication`
    """
    content = {"event": event, "alert": alert, "open": still_open}
    told = Publication(topic, to_payload(content), retain=bool(still_open))
    return [told] if still_open else [told, Publication(topic, b"", retain=True)]
