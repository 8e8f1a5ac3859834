"""Milkings as rows: written, and how they stand. What nobody measured is NULL."""

import json
from collections import defaultdict
from datetime import datetime, timezone
from typing import NamedTuple

from odoo.tools import SQL

from ..milking.session import closing


def write(env, rows):
    """Insert those without an id, update the others: two statements for all.

    :return: the records
    """
    sessions = env["iot.milking.session"]
    columns = SQL(", ").join(map(SQL.identifier, _COLUMNS))
    ids = [row["id"] for row in rows if row["id"]]
    # Raw SQL: what nobody measured is NULL, which the ORM writes as zero.
    if new := [row for row in rows if not row["id"]]:
        env.cr.execute(SQL(_INSERT, columns=columns, rows=json.dumps(new)))
        ids += [record_id for (record_id,) in env.cr.fetchall()]
    if known := [row for row in rows if row["id"]]:
        news = SQL(", ").join(SQL.identifier("new", name) for name in _COLUMNS)
        env.cr.execute(SQL(_UPDATE, columns=columns, news=news, rows=json.dumps(known)))
    sessions.invalidate_model()
    return sessions.browse(ids)


def settle(devices, sessions, changed):
    """How they stand now: those, and what these devices began before and never ended.

    :param sessions: those that were made, or may have fallen silent
    """
    if not sessions:
        return
    meters = {device.id: device.profile_id._to_meter() for device in devices}
    reach = max(meter.silence for meter in meters.values())
    sessions.flush_model()
    # Raw SQL: when each device began its next, by its index.
    sessions.env.cr.execute(
        SQL(
            _OPEN,
            devices=list(meters),
            ids=sessions.ids,
            since=min(sessions.mapped("start")) - reach,
        )
    )
    followed = dict(sessions.env.cr.fetchall())
    now, turned = datetime.now(timezone.utc), defaultdict(list)
    for session in sessions.browse(followed):
        following = followed[session.id]
        state = closing(
            _Standing(aware(session.end), session.has_start, session.has_end),
            meters[session.device_id.id],
            now,
            following and aware(following),
        )
        if state != (session.state, session.closed_by or None):
            turned[state].append(session.id)
    for (state, closed_by), ids in turned.items():
        records = sessions.browse(ids)
        records.write({"state": state, "closed_by": closed_by})
        note(records, changed)


class _Standing(NamedTuple):
    """What :func:`closing` asks of a milking."""

    end: datetime
    has_start: bool
    has_end: bool


def note(sessions, changed):
    for session in sessions:
        if session.farm_id:
            changed.days.add((session.farm_id.id, session.day))
        if session.animal_id and session.state != "running":
            changed.animals.add(session.animal_id.id)


def span(session):
    return aware(session.start), aware(session.end)


def aware(time):
    return time.replace(tzinfo=timezone.utc)


def naive(time):
    """Odoo's columns hold UTC without a zone."""
    return time.astimezone(timezone.utc).replace(tzinfo=None)


_COLUMNS = (
    *("device_id", "session_ref", "farm_id", "company_id", "stall_id", "animal_id"),
    *("animal_number", "animal_tag", "start", "end", "day", "milking", "state"),
    *("closed_by", "has_start", "has_end", "liters", "measured_liters", "duration"),
    *("average_flow", "peak_flow", "fat", "protein", "conductivity"),
    *("conductivity_max", "scc", "message_count", "is_late", "delay_minutes"),
)
_INSERT = """
INSERT INTO iot_milking_session (%(columns)s)
SELECT %(columns)s
  FROM jsonb_populate_recordset(NULL::iot_milking_session, %(rows)s)
RETURNING id
"""
_UPDATE = """
UPDATE iot_milking_session AS milking SET (%(columns)s) = ROW(%(news)s)
  FROM jsonb_populate_recordset(NULL::iot_milking_session, %(rows)s) AS new
 WHERE milking.id = new.id
"""
_OPEN = """
SELECT id, (SELECT min(other.start) FROM iot_milking_session AS other
             WHERE other.device_id = milking.device_id
               AND other.start > milking."end")
  FROM iot_milking_session AS milking
 WHERE device_id = ANY(%(devices)s)
   AND (id = ANY(%(ids)s) OR (NOT has_end AND "end" >= %(since)s))
"""
