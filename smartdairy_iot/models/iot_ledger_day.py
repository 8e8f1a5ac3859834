from datetime import datetime, time, timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..errors import another_time
from ..ledger.chain import GENESIS, Day, seal, to_entry
from ..zone import to_zone

_GRACE = timedelta(hours=6)  # after midnight: what is a little late is of its day
_DAYS_AT_ONCE = 31  # of one farm in one run, when the action did not run for long


class IotLedgerDay(models.Model):
    """What was recorded of a farm in one day of its calendar, sealed.

    Each day holds the hash of the day before: to change one row unseen, all days after
    it would have to be sealed again, and every copy of the last hash that has left the
    house. What arrives after its day was sealed is told on the day of its arrival.
    """

    _name = "iot.ledger.day"
    _description = "Sealed Day of the Ledger"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, farm_id"
    _rec_name = "date"

    farm_id = fields.Many2one(
        "farm.farm", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="farm_id.company_id", store=True)
    date = fields.Date(string="Day", required=True, readonly=True)
    # As its calendar was when it was sealed: a farm's time zone may be corrected later.
    begins_at = fields.Datetime(required=True, readonly=True)
    ends_at = fields.Datetime(required=True, readonly=True)
    previous = fields.Char(
        string="Hash of the Day Before", required=True, readonly=True
    )
    manifest = fields.Text(readonly=True, help="The hashes of its entries, in order.")
    hash = fields.Char(string="SHA-256", required=True, readonly=True)
    sealed_at = fields.Datetime(required=True, readonly=True)
    entry_ids = fields.One2many("iot.ledger.entry", "day_id", readonly=True)
    state = fields.Selection(
        [("sealed", "Sealed"), ("intact", "Intact"), ("broken", "Not as Sealed")],
        string="Status",
        default="sealed",
        required=True,
        readonly=True,
    )
    verified_at = fields.Datetime(readonly=True)
    faults = fields.Text(string="What Was Found", readonly=True)

    _farm_date_unique = models.Constraint(
        "UNIQUE(farm_id, date)", "This day of the farm is sealed already."
    )

    # Sealing ----------------------------------------------------------------------

    @api.model
    @another_time
    def _cron_seal(self):
        """Every day that is over, of each farm, in their order."""
        now = datetime.now(timezone.utc)
        for farm in self.env["farm.farm"].with_context(active_test=False).search([]):
            for day in self._days_to_seal(farm, now):
                self._seal(farm, day, now)
                if not self.env["ir.cron"]._commit_progress(1):
                    return

    def _days_to_seal(self, farm, now):
        """Without a gap: a day on which nothing was recorded is sealed as well."""
        last = self.search([("farm_id", "=", farm.id)], limit=1, order="date desc")
        over = (now - _GRACE).astimezone(to_zone(farm.tz)).date() - timedelta(days=1)
        day = last.date + timedelta(days=1) if last else over
        until = min(over, day + timedelta(days=_DAYS_AT_ONCE - 1))
        while day <= until:
            yield day
            day += timedelta(days=1)

    def _seal(self, farm, date, now):
        """:param now: aware; what was received or changed later is of the next day"""
        before = self.search(
            [("farm_id", "=", farm.id), ("date", "=", date - timedelta(days=1))]
        )
        now = now.replace(microsecond=0)
        begins_at, ends_at = self._span(farm, date)
        entries = [
            to_entry(*fact) for fact in self._facts(farm, date, now, before.sealed_at)
        ]
        previous = before.hash or GENESIS
        sealed = seal(self._owner(farm), date.isoformat(), previous, entries)
        # sudo - iot.ledger.day: nobody may write the ledger but this method.
        day = self.sudo().create(
            {
                "farm_id": farm.id,
                "date": date,
                "previous": previous,
                "manifest": sealed.manifest,
                "hash": sealed.hash,
                "sealed_at": now.replace(tzinfo=None),
                "begins_at": _naive(begins_at),
                "ends_at": _naive(ends_at),
            }
        )
        values = [{"day_id": day.id, **entry._asdict()} for entry in entries]
        self.env["iot.ledger.entry"].sudo().create(values)
        return day.sudo(self.env.su)

    def _facts(self, farm, date, now, since):
        """``(kind, subject, content)`` of all that the day is to keep."""
        yield from self._readings_facts(farm, date, now)
        if since:
            yield from self._late_facts(farm, date, now, since)
        yield from self._alert_facts(farm, now, since)
        yield from self._report_facts(farm, now, since)

    def _readings_facts(self, farm, date, now):
        start, end = self._span(farm, date)
        devices = self._devices(farm)
        digests = self.env["iot.store"]._digests(devices, start, end, now)
        # A device without readings has an entry too: that there were none is a fact.
        return _by_device("readings", digests, self._devices(farm, retired=False))

    def _late_facts(self, farm, date, now, since):
        start, _end = self._span(farm, date)
        since = since.replace(tzinfo=timezone.utc)
        digests = self.env["iot.store"]._late_digests(
            self._devices(farm), start, since, now
        )
        return _by_device("late", digests)

    def _alert_facts(self, farm, now, since):
        changed = [("farm_id", "=", farm.id), ("write_date", "<=", _naive(now))]
        if since:
            changed.append(("write_date", ">", since))
        # sudo - iot.alert: the record is of the whole farm, whoever seals it.
        for alert in self.env["iot.alert"].sudo().search(changed, order="id"):
            yield "alert", f"Alert {alert.id}", alert._to_ledger()

    def _report_facts(self, farm, now, since):
        signed = [("farm_id", "=", farm.id), ("signed_at", "<=", _naive(now))]
        if since:
            signed.append(("signed_at", ">", since))
        # sudo - iot.compliance.report: as above.
        reports = self.env["iot.compliance.report"].sudo()
        for report in reports.search(signed, order="id"):
            yield "report", f"Report {report.id}", report._to_ledger()

    def _devices(self, farm, retired=True):
        domain = [("farm_id", "=", farm.id)]
        if not retired:
            domain.append(("state", "!=", "retired"))
        # sudo - iot.device: as above.
        devices = self.env["iot.device"].sudo().search(domain)
        return sorted(devices.mapped("device_id"))

    @api.model
    def _owner(self, farm):
        return f"farm {farm.id}"

    @api.model
    def _span(self, farm, date):
        """Its beginning and end, aware; 23 or 25 hours where clocks are changed."""
        zone = to_zone(farm.tz)
        midnights = (
            datetime.combine(day, time.min, tzinfo=zone)
            for day in (date, date + timedelta(days=1))
        )
        return tuple(midnight.astimezone(timezone.utc) for midnight in midnights)

    def _to_pure(self):
        self.ensure_one()
        return Day(
            self._owner(self.farm_id),
            self.date.isoformat(),
            self.previous,
            self.manifest or "",
            self.hash,
            tuple(self.entry_ids._to_pure()),
        )

    @api.ondelete(at_uninstall=False)
    def _refuse_unlink(self):
        raise UserError(_("A sealed day of the ledger is not deleted."))


def _by_device(kind, digests, devices=()):
    """One fact for each device, not one for each hour."""
    facts = {device_id: {} for device_id in devices}
    for table, device_id, *hour in digests:
        facts.setdefault(device_id, {}).setdefault(table, []).append(hour)
    for device_id, tables in sorted(facts.items()):
        yield kind, device_id, tables


def _naive(moment):
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
