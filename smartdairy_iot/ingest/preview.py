"""What the line would make of a sample message, before any device has sent it. Pure.

The message goes through :mod:`.decode` itself, so a form that shows this shows what the
listener will do. Whoever is unknown on the way is made up.
"""

from typing import NamedTuple

from .decode import decode, parse_json
from .device import Checks, Device, Fleet, Route
from .message import Message, RejectedError
from .plausibility import Plausibility
from .suggest import unused_numbers
from .topic import data_topic

_DEVICE_ID = "device"  # when neither topic nor payload names it
_LOOKS = 3  # for the device, for its children, for the result


class Profile(NamedTuple):
    """As much of a device profile as the line knows."""

    device_type: str
    mapping: object = None
    template: object = None
    units: dict = {}  # noqa: RUF012 - see Device
    checks: Checks = Checks()


class Preview(NamedTuple):
    """What would be stored and refused, and the numbers that nothing reads."""

    device_id: str | None
    samples: list
    rejections: list
    unused: list


def preview(text, topic, profile, now, tz):
    """:param text: the pasted payload; :param topic: its topic, may be empty"""
    message = Message(topic or _topic_for(profile), text.encode(errors="replace"), now)
    fleet = Fleet(routes=_routes(profile))
    for _look in range(_LOOKS):
        decoded = decode(message, fleet)
        for stranger in decoded.strangers:
            key = stranger.profile_id, stranger.device_ref
            fleet.keys_at_source[key] = stranger.device_ref
            fleet[stranger.device_ref] = _make_up(stranger, profile, tz)
    for sample in decoded.samples:
        sample.faults = Plausibility().check(sample, profile.checks)
    device_id = next(iter(fleet), None)
    unused = _unused(message.payload, profile.mapping)
    return Preview(device_id, decoded.samples, decoded.rejections, unused)


def _topic_for(profile):
    """Any topic by which such a message could come."""
    if profile.template is None:
        return data_topic(profile.device_type, _DEVICE_ID)
    return profile.template.text.replace("{device}", _DEVICE_ID).replace("#", "+")


def _routes(profile):
    if profile.template is None:
        return ()
    return (Route(0, profile.template, profile.mapping, profile.device_type),)


def _make_up(stranger, profile, tz):
    """The device of that profile, or one of its children."""
    device = Device(
        id=0,
        device_id=stranger.device_ref,
        device_type=profile.device_type,
        farm_id=None,
        gateway_id=None,
        is_active=True,
        location_type="default",
        tz=tz,
        limits={},
        units=profile.units,
        mapping=profile.mapping,
        checks=profile.checks,
    )
    if stranger.gateway_id is None:
        return device
    return device._replace(
        device_type=stranger.device_type or "temperature",
        gateway_id=stranger.gateway_id,
        mapping=None,
    )


def _unused(raw, mapping):
    if mapping is None:
        return []
    try:
        return unused_numbers(parse_json(raw), mapping)
    except RejectedError:
        return []
