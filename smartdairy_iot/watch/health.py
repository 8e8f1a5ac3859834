"""Is this system fit to take readings: the answer for a load balancer. Pure."""

from dataclasses import dataclass
from datetime import timedelta

# A listener beats every five seconds; a takeover by another host takes about four.
SILENT_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Health:
    """What was found; only words, for anybody may ask."""

    database: bool
    listener: bool
    store: bool

    @property
    def is_fit(self):
        return self.database and self.listener and self.store

    @property
    def status(self):
        """HTTP status of the answer."""
        return 200 if self.is_fit else 503

    def to_json(self):
        """``{"status": …, "checks": {…}}``"""
        checks = {
            name: "ok" if getattr(self, name) else "failing"
            for name in ("database", "listener", "store")
        }
        return {"status": "ok" if self.is_fit else "failing", "checks": checks}


def is_listening(listened_at, now):
    """
    :param listened_at: when a connected listener was heard last, or None
    """
    return listened_at is not None and now - listened_at <= SILENT_AFTER
