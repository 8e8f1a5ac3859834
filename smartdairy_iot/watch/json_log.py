"""Log lines as JSON objects, one a line, for programs that collect them. Pure.

What a line is about (a batch, its devices) is said around the code that logs, so that
lines of Odoo's and PostgreSQL's own carry it too.
"""

import json
import logging
import re
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone

_SHORT = 6  # characters: less than that is found in too much that is none
_about = ContextVar("smartdairy_iot_log_about", default={})  # noqa: B039 - never changed


@contextmanager
def about(**facts):
    """Lines of this thread, meanwhile, carry these facts.

    :param facts: what JSON can hold; a function is called when a line is written
    """
    token = _about.set({**_about.get(), **facts})
    try:
        yield
    finally:
        _about.reset(token)


class JsonFormatter(logging.Formatter):
    """:param hidden: texts that are written nowhere, such as passwords; short ones not
    as words of their own"""

    def __init__(self, hidden=()):
        super().__init__()
        longest_first = sorted(filter(None, hidden), key=len, reverse=True)
        # (?!) is found nowhere.
        self._hidden = re.compile("|".join(map(_pattern, longest_first)) or "(?!)")

    def format(self, record):
        """
        :return: one line; ``time`` is UTC, in RFC 3339
        """
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        fields = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "pid": record.process,
            "thread": record.threadName,
            "database": getattr(record, "dbname", None),
            **_about.get(),
            **getattr(record, "about", {}),
        }
        if record.exc_info and record.exc_info[0]:
            fields["exception"] = "".join(traceback.format_exception(*record.exc_info))
        if record.stack_info:
            fields["stack"] = record.stack_info
        known = {name: v() if callable(v) else v for name, v in fields.items()}
        known = {n: self._hide(v) for n, v in known.items() if v not in (None, "?", [])}
        # ASCII: there are more ends of a line in Unicode than one.
        return json.dumps(known, default=str)

    def _hide(self, value):
        return self._hidden.sub("***", value) if isinstance(value, str) else value


def _pattern(text):
    found = re.escape(text)
    return found if len(text) >= _SHORT else rf"(?<!\w){found}(?!\w)"


def use_json(root, hidden=()):
    """Whatever the root logger writes to a stream or file becomes JSON."""
    for handler in root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setFormatter(JsonFormatter(hidden))
