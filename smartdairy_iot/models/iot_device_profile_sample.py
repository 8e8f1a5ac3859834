from datetime import datetime, timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..ingest.codec.number import unit_of
from ..ingest.decode import parse_json
from ..ingest.expression import MappingError
from ..ingest.message import Fault, Reason, RejectedError
from ..ingest.preview import Profile, preview
from ..ingest.suggest import suggest
from ..zone import to_zone

_SAMPLES_SHOWN = 20
_PROBLEMS_SHOWN = 5
_UNUSED_SHOWN = 12


class IotDeviceProfile(models.Model):
    """A pasted message, and what the listener would make of it."""

    _inherit = "iot.device.profile"

    sample_payload = fields.Text(
        help="One message of such a device, as it came, to try the profile with."
    )
    sample_topic = fields.Char(help="The topic that this message came on.")
    sample_result = fields.Html(
        string="What Would Be Stored",
        compute="_compute_sample_result",
        sanitize=False,  # our own template, which escapes what the sample brings
    )

    @api.depends(
        "sample_payload",
        "sample_topic",
        "device_type",
        "unit",
        "uses_mapping",
        "topic",
        "device_expression",
        "records",
        "error_values",
        "stuck_after_hours",
        "max_change_per_minute",
        "field_ids.sequence",
        "field_ids.expression",
        "field_ids.target",
        "field_ids.channel",
        "field_ids.unit",
    )
    def _compute_sample_result(self):
        for profile in self:
            profile.sample_result = self.env["ir.qweb"]._render(
                "smartdairy_iot.iot_device_profile_sample", profile._try_sample()
            )

    def action_suggest_fields(self):
        """Add a line for whatever the sample calls by a known name."""
        self.ensure_one()
        try:
            suggestion = suggest(parse_json((self.sample_payload or "").encode()))
        except RejectedError as error:
            raise UserError(
                _("The sample is no JSON message: %(problem)s", problem=error)
            ) from None
        if not suggestion.fields:
            raise UserError(
                _("The sample holds no name that is known. Add the lines by hand.")
            )
        if self.field_ids and suggestion.records != (self.records or ""):
            raise UserError(
                _("The sample is of another shape than these lines: remove them first.")
            )
        known = {(line.target, line.channel or "") for line in self.field_ids}
        self.write(
            {
                "uses_mapping": True,
                "records": suggestion.records,
                "field_ids": [
                    fields.Command.create({"sequence": 1000, **field._asdict()})
                    for field in suggestion.fields
                    if (field.target, field.channel) not in known
                ],
            }
        )
        return True

    def _try_sample(self):
        """What the template shows: rows, problems, and numbers that nobody reads."""
        self.ensure_one()
        if not (self.sample_payload or "").strip():
            return {}
        try:
            profile = self._to_line_profile()
        except (MappingError, ValidationError) as error:
            hint = _("Correct it, then the sample is read.")
            return {"problems": [{"detail": str(error), "hint": hint}]}
        result = preview(
            self.sample_payload.strip(),
            (self.sample_topic or "").strip(),
            profile,
            datetime.now(timezone.utc),
            to_zone(self.env.user.tz or "UTC"),
        )
        return {
            "rows": [
                row
                for sample in result.samples[:_SAMPLES_SHOWN]
                for row in self._to_rows(sample, result.device_id)
            ],
            "more": max(0, len(result.samples) - _SAMPLES_SHOWN),
            "problems": [
                self._to_problem(refused)
                for refused in result.rejections[:_PROBLEMS_SHOWN]
            ],
            "unused": result.unused[:_UNUSED_SHOWN],
            "is_silent": not (result.samples or result.rejections),
            "is_doubled": _has_doubles(result.samples),
        }

    def _to_line_profile(self):
        """Raises what is wrong with it: nobody has saved this yet."""
        self._parse_error_values()
        return Profile(
            self.device_type,
            self._compile_mapping(),
            self._compile_topic() if self.uses_mapping else None,
            self._to_units(),
            self._to_checks(),
        )

    def _to_rows(self, sample, device_id):
        """The first says whose and when, then one for each value."""
        tz = to_zone(self.env.user.tz or "UTC")
        head = {
            "is_head": True,
            "device": sample.device_id if sample.device_id != device_id else "",
            "time": f"{sample.time.astimezone(tz):%Y-%m-%d %H:%M:%S}",
            "has_own_time": sample.has_own_time,
        }
        values = [
            self._to_value_row(sample, name, value)
            for name, value in sample.values.items()
        ]
        beside = {
            "battery": sample.battery,
            "signal": sample.signal,
            "firmware": sample.firmware,
            "location_type": sample.location_type,
            "location_id": sample.location_id,
            **(sample.metadata or {}),
        }
        return [head, *values] + [
            {
                "reading": self._label(name),
                "value": f"{value} %" if name in ("battery", "signal") else value,
            }
            for name, value in beside.items()
            if value is not None and name not in sample.values
        ]

    def _to_value_row(self, sample, name, value):
        unit = unit_of(name)
        number, sent_unit = (sample.original or {}).get(name, (value, unit))
        return {
            "reading": self._label(name),
            "sent": f"{_plain(number)} {sent_unit}",
            "value": f"{_plain(value)} {unit}",
            "fault": self._fault_label(sample.faults.get(name)),
        }

    def _label(self, name):
        labels = self.env["iot.device.profile.field"]._fields["target"]
        return dict(labels._description_selection(self.env)).get(name, name)

    def _fault_label(self, fault):
        labels = {
            Fault.PROBE_ERROR: _("an error value of the probe"),
            Fault.STUCK: _("stuck"),
            Fault.JUMP: _("an impossible change"),
        }
        return labels.get(fault)

    def _to_problem(self, rejection):
        """What was wrong and where, and what to do about it."""
        mapped = self.uses_mapping
        hints = {
            Reason.NOT_JSON: _("Paste one whole message, from { to }."),
            Reason.WRONG_TOPIC: _(
                "Correct the topic of the sample, or of the mapping."
            ),
            Reason.WRONG_SHAPE: mapped
            and _("Correct the line under Mapping.")
            or _("Turn on Map the Payload if this device has a grammar of its own."),
            Reason.MISSING_VALUE: mapped
            and _("Correct the lines under Mapping, or press Guess from the Sample.")
            or _("Turn on Map the Payload if this device has a grammar of its own."),
            Reason.NOT_A_NUMBER: _("Let the line read a number."),
            Reason.UNKNOWN_UNIT: _("Write the unit as one of those."),
            Reason.OUT_OF_RANGE: _("Is the unit right?"),
            Reason.FUTURE_TIMESTAMP: _("Is the time zone right?"),
            Reason.WRONG_DEVICE_TYPE: _("Correct the device type, or the topic."),
        }
        return {
            "device": rejection.device_id,
            "detail": rejection.detail,
            "hint": hints.get(rejection.reason, ""),
        }


def _has_doubles(samples):
    """A device's readings of one instant are one: of two, the store keeps the first."""
    own = [
        (sample.device_id, sample.time, (sample.metadata or {}).get("type"))
        for sample in samples
        if sample.has_own_time
    ]
    return len(set(own)) < len(own)


def _plain(number):
    """3.9, 400000: neither 3.9000 nor 4e+05."""
    return f"{number:.4f}".rstrip("0").rstrip(".")
