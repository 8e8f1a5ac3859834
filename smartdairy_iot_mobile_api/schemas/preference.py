"""What a person wants to be told, and through which channel."""

from typing import Literal

from pydantic import Field

from .base import Body, DartModel, Severity, text

From = Literal["low", "medium", "high", "critical", "never"]


class Notifications(DartModel):
    severity: Severity = Field(description="Nothing below is told at all.")
    odoo_from: From
    email_from: From
    push_from: From
    sms_from: From


class Preferences(DartModel):
    login: str
    name: str
    language: str | None
    timezone: str | None
    notifications: Notifications
    is_default: bool = Field(description="Nothing was chosen: all alerts, in Odoo.")


class EditNotifications(Body):
    severity: Severity | None = None
    odoo_from: From | None = None
    email_from: From | None = None
    push_from: From | None = None
    sms_from: From | None = None


class EditPreferences(Body):
    """Only what is given is changed."""

    notifications: EditNotifications | None = None
    language: text(10) | None = Field(
        None, description="Of the installed ones, such as bn_BD."
    )
    timezone: text(64) | None = Field(None, examples=["Asia/Dhaka"])


DEFAULTS = {
    "severity": "low",
    "odoo_from": "low",
    "email_from": "never",
    "push_from": "never",
    "sms_from": "never",
}
CHOICES = tuple(DEFAULTS)


def to_preferences(user, subscription):
    """:param subscription: an ``iot.alert.subscription`` about everything, or empty"""
    chosen = {name: subscription[name] for name in CHOICES} if subscription else {}
    chosen = DEFAULTS | chosen
    return {
        "login": user.login,
        "name": user.name,
        "language": user.lang or None,
        "timezone": user.tz or None,
        "notifications": {
            "severity": chosen["severity"],
            "odooFrom": chosen["odoo_from"],
            "emailFrom": chosen["email_from"],
            "pushFrom": chosen["push_from"],
            "smsFrom": chosen["sms_from"],
        },
        "isDefault": not subscription,
    }
