from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..errors import another_time
from ..milking import session as milkings
from .iot_milking_rows import naive, note, settle, span, write
from .iot_store_milk_messages import MilkGroup

_WAIT = timedelta(seconds=3)  # what comes meanwhile is one run
_SLICE = 48  # quarters worked off in one transaction
_AT_ONCE = 300  # devices and session ids whose messages are in memory
_LATE = 600.0  # seconds


class Changed(NamedTuple):
    """What followed of new messages, for those who sum milkings up."""

    days: set  # of (farm id, date)
    animals: set  # ids, of those whose milking is over


class IotMilkingSession(models.Model):
    """Milkings made of messages: those that got any, however late, and no others."""

    _inherit = "iot.milking.session"

    # Wake ------------------------------------------------------------------------

    @api.model
    def _wake_for(self, news, devices):
        """Room 7: a milk meter has said something.

        :param news: ``{device_id: DeviceNews}``
        :param devices: the listener's ``{device_id: Device}``
        """
        if any(
            (device := devices.get(device_id)) and device.device_type == "milk_meter"
            for device_id in news
        ):
            self._wake()

    @api.model
    def _wake(self):
        """In three seconds, if it is not to run before that anyway."""
        # sudo - ir.cron: a trigger is no change of the job.
        cron = self.env.ref("smartdairy_iot.ir_cron_build_milkings").sudo()
        waiting = cron.env["ir.cron.trigger"].search_count(
            [("cron_id", "=", cron.id)], limit=1
        )
        if not waiting:
            cron._trigger(at=fields.Datetime.now() + _WAIT)

    # Build -----------------------------------------------------------------------

    @api.model
    @another_time
    def _cron_build(self):
        store = self.env["iot.store"]
        while True:
            ids, quarters = store._milking_marks(_SLICE)
            self._tell(self._build(store._milk_groups(quarters)))
            if not ids:
                break
            go_on = self.env["ir.cron"]._commit_progress(len(ids))
            # Only now: whatever dies before it, they are made again.
            store._forget_milking_marks(ids)
            if not go_on:
                return
        self._tell(self._close_silent())

    @api.model
    def _build_marked(self):
        """All that is marked, in this transaction if the store is in it."""
        store = self.env["iot.store"]
        ids, quarters = store._milking_marks(_SLICE)
        while ids:
            self._tell(self._build(store._milk_groups(quarters)))
            store._forget_milking_marks(ids)
            ids, quarters = store._milking_marks(_SLICE)
        self._tell(self._close_silent())

    @api.model
    def _tell(self, changed):
        self.env["iot.milk.quality"]._refresh(changed.days)
        self.env["iot.milking.attention"]._refresh(
            self.env["farm.animal"].browse(changed.animals)
        )

    @api.model
    def _build(self, groups):
        """:param groups: list of :class:`MilkGroup` that got messages"""
        changed = Changed(set(), set())
        spans = defaultdict(list)
        for group in groups:
            spans[group.device_id, group.session].append((group.start, group.end))
        ids = sorted({device_id for device_id, _session in spans})
        devices = self.env["iot.device"].search([("device_id", "in", ids)])
        for part in split_every(_AT_ONCE, sorted(spans, key=str)):
            _Builder(
                self.env, devices, {key: spans[key] for key in part}, changed
            ).run()
        return changed

    @api.model
    def _close_silent(self):
        """Those that still run, of meters that may be silent by now."""
        changed = Changed(set(), set())
        running = self.search([("state", "=", "running")])
        if running:
            settle(running.device_id, running, changed)
        return changed


class _Builder:
    """Some devices' milkings: from what changed to the rows of the table."""

    def __init__(self, env, devices, spans, changed):
        self.env, self.changed = env, changed
        self.devices = {device.device_id: device for device in devices}
        self.spans = {k: v for k, v in spans.items() if k[0] in self.devices}
        self.meters = {
            device.device_id: device.profile_id._to_meter() for device in devices
        }

    def run(self):
        if not self.spans:
            return
        self._add_what_follows()
        known = self._known()
        made = self._make(known)
        rows, gone = [], self.env["iot.milking.session"]
        for key, sessions in made.items():
            kept = known.get(key, gone.browse())
            same = milkings.match([span(row) for row in kept], sessions)
            for session, place in zip(sessions, same, strict=True):
                record = kept[place] if place is not None else kept.browse()
                rows.append(self._to_row(key, session, record))
            gone |= kept - kept.browse(
                kept[place].id for place in same if place is not None
            )
        for kept in known.values():
            note(kept, self.changed)  # where they were until now
        gone.unlink()
        written = write(self.env, rows)
        devices = self.env["iot.device"].browse(
            {self.devices[device_id].id for device_id, _session in self.spans}
        )
        settle(devices, written, self.changed)
        note(written, self.changed)

    def _add_what_follows(self):
        """Where a counter stood before a milking is what the one before it left."""
        asked = [
            (device_id, max(end for _start, end in spans))
            for (device_id, _session), spans in self.spans.items()
            if self.meters[device_id].volume == "counter"
        ]
        for group in self.env["iot.store"]._milk_following(asked):
            key = group.device_id, group.session
            self.spans.setdefault(key, []).append((group.start, group.end))

    def _known(self):
        """``{(device id, session): records}`` of those that may change."""
        found = {}
        for key, spans in self.spans.items():
            device_id, session = key
            within = milkings.reach(self.meters[device_id], session)
            first = min(start for start, _end in spans) - within
            last = max(end for _start, end in spans) + within
            found[key] = self.devices[device_id].id, session or "", first, last
        asked = SQL(", ").join(
            SQL("(%s, %s, %s::timestamp, %s::timestamp)", d, s, naive(a), naive(b))
            for d, s, a, b in found.values()
        )
        self.env["iot.milking.session"].flush_model()
        # Raw SQL: hundreds of spans in one query.
        self.env.cr.execute(SQL(_KNOWN, asked=asked))
        keys, known = list(found), defaultdict(list)
        for place, record_id in self.env.cr.fetchall():
            known[keys[place - 1]].append(record_id)
        sessions = self.env["iot.milking.session"]
        return {key: sessions.browse(ids) for key, ids in known.items()}

    def _make(self, known):
        """``{(device id, session): [Session, …]}``, made of messages."""
        store = self.env["iot.store"]
        horizon = store._milk_dropped_before()
        groups = []
        for key, spans in self.spans.items():
            kept = known.get(key, ())
            within = milkings.reach(self.meters[key[0]], key[1])
            scope = milkings.scopes(spans, [span(row) for row in kept], within)
            if horizon and kept and scope[0][0] < horizon:
                known.pop(key)  # made of messages that are gone: they stay
                continue
            groups += [MilkGroup(*key, *span) for span in scope]
        episodes = []
        wider = [
            group._replace(start=group.start - self.meters[group.device_id].silence)
            for group in groups
        ]
        found = store._milk_messages(wider)
        for group, messages in zip(groups, found, strict=True):
            meter = self.meters[group.device_id]
            for episode in milkings.split(messages, meter, group.start):
                episodes.append(((group.device_id, group.session), episode))
        return self._sum_up(episodes, {(g.device_id, g.session) for g in groups})

    def _sum_up(self, episodes, keys):
        shown = self.env["iot.store"]._milk_counters(
            [
                (device_id, episode[0].time)
                for (device_id, _session), episode in episodes
                if self.meters[device_id].volume == "counter"
            ]
        )
        made = {key: [] for key in keys}
        for key, episode in episodes:
            before = shown.get((key[0], episode[0].time))
            session = milkings.summarize(episode, self.meters[key[0]], before)
            if session:
                made[key].append(session)
        return made

    def _to_row(self, key, session, record):
        """A row of the table; where it was milked stays what it was then."""
        device = self.devices[key[0]]
        farm = record.farm_id or device.farm_id
        start, end = naive(session.start), naive(session.end)
        day, milking = record._place_in_time(session.start, session.end, farm.tz)
        return {
            "id": record.id or None,
            "device_id": device.id,
            "session_ref": session.session,
            "farm_id": farm.id or None,
            "company_id": farm.company_id.id or None,
            "stall_id": (record.stall_id or device.stall_id).id or None,
            "animal_id": self._animal(farm, session, record).id or None,
            "animal_number": session.animal,
            "animal_tag": session.tag,
            "start": start.isoformat(),
            "end": end.isoformat(),
            "day": day.isoformat(),
            "milking": milking,
            "state": record.state or "running",
            "closed_by": record.closed_by or None,
            "has_start": session.has_start,
            "has_end": session.has_end,
            "liters": session.liters,
            "measured_liters": session.measured,
            "duration": (session.end - session.start).total_seconds() / 60,
            "average_flow": session.average_flow,
            "peak_flow": session.peak_flow,
            "fat": session.fat,
            "protein": session.protein,
            "conductivity": session.conductivity,
            "conductivity_max": session.conductivity_max,
            "scc": None if session.scc is None else round(session.scc),
            "message_count": session.messages,
            "is_late": session.delay >= _LATE,
            "delay_minutes": session.delay / 60,
        }

    def _animal(self, farm, session, record):
        animals = self.env["farm.animal"]
        if found := animals._find_milked(farm, session.animal, session.tag):
            return found
        # It was that animal's number when it was milked.
        is_same = (record.animal_number or None) == session.animal
        return record.animal_id if is_same else animals


_KNOWN = """
SELECT place, milking.id
  FROM (SELECT *, row_number() OVER () AS place
          FROM (VALUES %(asked)s) AS rows (device_id, session, first, last)) AS asked
  JOIN iot_milking_session AS milking USING (device_id)
 WHERE coalesce(milking.session_ref, '') = asked.session
   AND milking.start <= asked.last AND milking."end" >= asked.first
 ORDER BY place, milking.start
"""
