import json
from datetime import datetime, timedelta, timezone

from odoo import _, api, fields, models

from ..errors import another_time
from ..ledger import chain
from ..ledger.chain import GENESIS, to_text
from ..zone import to_zone

_NEWEST = timedelta(days=8)


class IotLedgerDay(models.Model):
    """Is everything as it was sealed: the chain, and what it tells of."""

    _inherit = "iot.ledger.day"

    def action_verify(self):
        """Of the chosen days, each with the day before it."""
        self.check_access("read")
        for farm, days in self.grouped("farm_id").items():
            days.sorted("date")._verify(farm)
        broken = self.filtered(lambda day: day.state == "broken")
        if broken:
            message = _(
                "%(count)s days are not as they were sealed.", count=len(broken)
            )
        else:
            message = _("%(count)s days are as they were sealed.", count=len(self))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "danger" if broken else "success",
                "sticky": bool(broken),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    @another_time
    def _cron_verify(self):
        """The last days of each farm, and what they tell of."""
        since = fields.Date.today() - _NEWEST
        for farm, days in (
            self.search([("date", ">=", since)]).grouped("farm_id").items()
        ):
            days.sorted("date")._verify(farm)
            broken = days.filtered(lambda day: day.state == "broken")
            broken._tell_managers()
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _verify(self, farm):
        """Days of one farm, oldest first; writes what was found into each."""
        found = {day: [] for day in self}
        by_date = {day.date.isoformat(): day for day in self}
        for run in self._runs():
            for fault in chain.verify((day._to_pure() for day in run), run._before()):
                found[by_date[fault.date]].append(self._describe_fault(fault))
        for day, faults in found.items():
            faults += day._compare_readings(farm)
            faults += day._compare_alerts()
            faults += day._compare_reports()
        now = fields.Datetime.now()
        for day, faults in found.items():
            # sudo - iot.ledger.day: nobody may write the ledger; the result is no part
            # of what is sealed.
            day.sudo().write(
                {
                    "state": "broken" if faults else "intact",
                    "verified_at": now,
                    "faults": "\n".join(faults) or False,
                }
            )

    def _runs(self):
        """The chosen days as they follow each other; a day that is gone is no run of
        its own, so the days around it are compared."""
        first, last = self[:1], self[-1:]
        if not first:
            return
        every = self.search_count(
            [
                ("farm_id", "=", first.farm_id.id),
                ("date", ">=", first.date),
                ("date", "<=", last.date),
            ]
        )
        if every == len(self):
            yield self
        else:  # some in between were not chosen
            yield from self

    def _before(self):
        day = self[:1]
        before = self.search(
            [("farm_id", "=", day.farm_id.id), ("date", "<", day.date)],
            order="date desc",
            limit=1,
        )
        return before.hash or GENESIS

    # What the entries tell of -----------------------------------------------------

    def _compare_readings(self, farm):
        """Readings that are kept no longer are in an archive, with a checksum there."""
        start, end = (
            moment.replace(tzinfo=timezone.utc)
            for moment in (self.begins_at, self.ends_at)
        )
        if start < self._kept_since():
            return
        sealed_at = self.sealed_at.replace(tzinfo=timezone.utc)
        sealed = {
            entry.subject: _read(entry)
            for entry in self.entry_ids.filtered(lambda e: e.kind == "readings")
        }
        now = self.env["iot.store"]._digests(list(sealed), start, end, sealed_at)
        found = {}
        for digest in now:
            key = digest.device_id, digest.hour
            found.setdefault(key, {})[digest.table] = list(digest[3:])
        told = {}
        for device_id, tables in sealed.items():
            for table, hours in tables.items():
                for hour, *rest in hours:
                    told.setdefault((device_id, hour), {})[table] = rest
        for key in sorted(found.keys() | told.keys()):
            then, today = told.get(key, {}), found.get(key, {})
            if then != today:
                yield self._describe_hour(farm, start, *key, then, today)

    def _describe_hour(self, farm, start, device_id, hour, then, today):
        moment = (start + timedelta(hours=hour)).astimezone(to_zone(farm.tz))
        then, today = (sum(c for c, _digest in t.values()) for t in (then, today))
        names = {
            "device": device_id,
            "moment": moment.strftime("%Y-%m-%d %H:%M"),
            "then": then,
            "now": today,
        }
        if then == today:
            return _(
                "%(device)s, the hour from %(moment)s: at least one of its %(now)s "
                "readings was altered.",
                **names,
            )
        return _(
            "%(device)s, the hour from %(moment)s: %(then)s readings were sealed, "
            "there are %(now)s now.",
            **names,
        )

    def _kept_since(self):
        retention = self.env["iot.retention"]
        tables = "temperature_readings", "milk_meter_readings"
        days = min(retention._days_of(table) for table in tables)
        return datetime.now(timezone.utc) - timedelta(days=days)

    def _compare_alerts(self):
        """An alert that nobody has changed since must be what was sealed last of it."""
        # sudo - iot.alert: the record is of the whole farm.
        alerts = self.env["iot.alert"].sudo()
        for entry in self.entry_ids.filtered(lambda e: e.kind == "alert"):
            alert = alerts.browse(int(entry.subject.split()[-1])).exists()
            if not alert:
                yield _("%(alert)s is gone.", alert=entry.subject)
            elif alert.write_date <= self.sealed_at and (
                to_text(alert._to_ledger()) != entry.content
            ):
                yield _("%(alert)s is not what was sealed.", alert=entry.subject)

    def _compare_reports(self):
        """Those that were signed are as they were; and each names a day by its hash, so
        a chain that was made anew from there on does not pass for the old one."""
        # sudo - iot.compliance.report: the record is of the whole farm.
        reports = self.env["iot.compliance.report"].sudo()
        for entry in self.entry_ids.filtered(lambda e: e.kind == "report"):
            report = reports.browse(int(entry.subject.split()[-1])).exists()
            if not report:
                yield _("%(report)s is gone.", report=entry.subject)
            elif to_text(report._to_ledger()) != entry.content or report.is_altered:
                yield _("%(report)s is not what was signed.", report=entry.subject)
        yield from self._compare_anchors(reports)

    def _compare_anchors(self, reports):
        signed = [("farm_id", "=", self.farm_id.id), ("state", "=", "signed")]
        for report in reports.search([*signed, ("ledger_date", "=", self.date)]):
            if report.ledger_hash != self.hash:
                yield _(
                    "%(report)s was signed when this day had another hash: the ledger "
                    "was sealed again.",
                    report=report.display_name,
                )
        is_last = not self.search_count(
            [("farm_id", "=", self.farm_id.id), ("date", ">", self.date)], limit=1
        )
        if is_last:
            later = [*signed, ("ledger_date", ">", self.date)]
            for report in reports.search(later, order="ledger_date desc", limit=1):
                yield _(
                    "The days after it are gone: %(report)s names %(day)s as the last "
                    "one.",
                    report=report.display_name,
                    day=report.ledger_date,
                )

    def _describe_fault(self, fault):
        subject = fault.subject
        return {
            chain.ENTRY: _("The entry of %(subject)s was altered.", subject=subject),
            chain.EXTRA: _(
                "The entry of %(subject)s is not the one that was sealed.",
                subject=subject,
            ),
            chain.MISSING: _("An entry is missing."),
            chain.DAY: _("The day itself was altered."),
            chain.LINK: _("It does not follow from the day before as it is now."),
            chain.GAP: _("The day before is missing."),
        }[fault.kind]

    def _tell_managers(self):
        """Once for each day."""
        managers = self.env.ref("smartdairy_iot.group_iot_manager").all_user_ids
        for day in self.filtered(lambda day: not day.activity_ids):
            company = day.company_id
            for manager in managers:
                if company and company not in manager.company_ids:
                    continue
                # sudo - iot.ledger.day: an activity is no part of what is sealed.
                day.sudo().activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=manager.id,
                    summary=_("The ledger is not as it was sealed"),
                    note=day.faults,
                )


def _read(entry):
    try:
        return json.loads(entry.content)
    except ValueError:
        return {}  # altered, and said so already
