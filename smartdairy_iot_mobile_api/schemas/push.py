"""Where FCM reaches a device, and what it wants to hear of."""

from typing import Annotated

from pydantic import Field

from ..push.topic import MOST, PATTERN
from .base import Answer, Body, DartModel, Text, Utc, to_iso

Topic = Annotated[Text, Field(pattern=PATTERN)]


class RegisterPush(Body):
    token: Annotated[Text, Field(min_length=8, max_length=4096, pattern=r"^\S+$")] = (
        Field(description="FCM's registration token of this installation.")
    )
    language: Annotated[Text, Field(max_length=16)] | None = Field(
        None, examples=["bn"], description="What it is told in from now on."
    )


class PushRegistration(DartModel):
    """Never the token itself."""

    is_registered: bool
    registered_at: Utc | None
    language: str | None
    topics: list[str]


class SetTopics(Body):
    topics: Annotated[list[Topic], Field(max_length=MOST)] = Field(
        examples=[["farm_3", "severity_high"]],
        description="All that are wanted; an empty list: whatever the person is told.",
    )


class TopicChoice(DartModel):
    name: str
    label: str
    is_chosen: bool


class TopicList(Answer):
    topics: list[TopicChoice]


def to_registration(session):
    """:param session: an ``iot.app.session``, as the system"""
    return {
        "isRegistered": bool(session.push_token),
        "registeredAt": to_iso(session.push_registered_at),
        "language": session.language or None,
        "topics": session.push_topics or [],
    }
