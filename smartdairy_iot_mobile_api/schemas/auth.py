"""Signing in and out."""

from typing import Annotated, Literal

from pydantic import Field

from ..auth.device import Device
from .base import Answer, Body, DartModel, Text, Utc, to_iso

_Short = Annotated[Text, Field(max_length=80)]
_Token = Annotated[Text, Field(min_length=1, max_length=200)]


class DeviceOfApp(Body):
    """What people see in the list of their devices."""

    name: _Short = Field("", examples=["Rahim’s Pixel 9"])
    platform: Literal["android", "ios", "web", "other"] = "other"
    app_version: Annotated[Text, Field(max_length=40)] = Field("", examples=["1.2.0"])
    language: Annotated[Text, Field(max_length=16)] = Field(
        "", examples=["bn"], description="What it is told in; else the person's own."
    )

    def to_device(self):
        values = self.model_dump()
        return Device(**values | {"name": " ".join(self.name.split())})


class _SigningIn(Body):
    device: DeviceOfApp = DeviceOfApp()


class LogIn(_SigningIn):
    login: Annotated[Text, Field(min_length=1, max_length=200)]
    password: Annotated[Text, Field(min_length=1, max_length=1024)]


class SecondFactor(_SigningIn):
    challenge: _Token
    code: Annotated[Text, Field(min_length=1, max_length=20)] = Field(
        examples=["123 456"]
    )


class Pairing(_SigningIn):
    code: Annotated[Text, Field(min_length=1, max_length=40)] = Field(
        examples=["7K3M-9QXV-20RT-HW5C"],
        description="From the preferences in Odoo; after #pair= in the QR code.",
    )


class Refresh(Body):
    refresh_token: _Token


class DeviceSession(DartModel):
    id: str
    name: str
    platform: Literal["android", "ios", "web", "other"]
    app_version: str | None
    language: str | None
    address: str | None = Field(description="Where it was used from last.")
    created_at: Utc
    last_used_at: Utc | None
    expires_at: Utc | None = Field(description="If nobody uses it before.")
    is_current: bool


class SessionList(Answer):
    sessions: list[DeviceSession]


class SignedInUser(DartModel):
    id: str
    login: str
    name: str
    language: str | None
    timezone: str | None


class SignedIn(DartModel):
    status: Literal["ok"]
    token_type: Literal["Bearer"]
    access_token: str
    expires_in: int = Field(description="Seconds.", examples=[3600])
    refresh_token: str = Field(description="Good for one use.")
    refresh_expires_in: int = Field(description="Seconds.")
    session: DeviceSession
    user: SignedInUser


class TotpRequired(DartModel):
    status: Literal["totp_required"]
    method: Literal["app", "email"] = Field(description="Where the code comes from.")
    challenge: str
    expires_in: int = Field(description="Seconds.", examples=[300])


class LogInAnswer(Answer):
    """Tokens, or a challenge when a second factor must follow: see ``status``."""

    status: Literal["ok", "totp_required"]
    tokens: SignedIn | None
    challenge: TotpRequired | None


def to_session(session, is_current=False):
    """One device on which somebody is signed in.

    :param session: an ``iot.app.session``
    """
    return {
        "id": str(session.id),
        "name": session.name,
        "platform": session.platform,
        "appVersion": session.app_version or None,
        "language": session.language or None,
        "address": session.address or None,
        "createdAt": to_iso(session.create_date),
        "lastUsedAt": to_iso(session.last_used_at),
        "expiresAt": to_iso(session.expires_at),
        "isCurrent": is_current,
    }


def to_signed_in(session, user, tokens):
    """The answer to whoever has signed in, paired or refreshed.

    :param tokens: as of ``iot.app.token._issue``
    """
    return {
        "status": "ok",
        "tokenType": "Bearer",
        "accessToken": tokens["access_token"],
        "expiresIn": tokens["expires_in"],
        "refreshToken": tokens["refresh_token"],
        "refreshExpiresIn": tokens["refresh_expires_in"],
        "session": to_session(session, is_current=True),
        "user": {
            "id": str(user.id),
            "login": user.login,
            "name": user.name,
            "language": user.lang or None,
            "timezone": user.tz or None,
        },
    }
