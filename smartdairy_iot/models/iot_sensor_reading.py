from datetime import timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import MissingError, UserError

from ..readings.environment import told_when_away
from ..readings.reading_id import TYPES
from .iot_threshold import READING_TYPES

_MILLISECOND = timedelta(milliseconds=1)  # to which times are kept


class IotSensorReading(models.Model):
    """Readings as records: to list, group, search and export, and never to change.

    They are rows of the time-series store, wherever it is; see
    ``iot_sensor_reading_search.py``. Whoever may see a device may see its readings.

    Ids are computed (``readings/reading_id.py``). Two values of one device and type
    within the same quarter of a second share one: they count as two, and are shown as
    one, the newer; of the same instant, the higher.
    """

    _name = "iot.sensor.reading"
    _description = "IoT Sensor Reading"
    _auto = False
    _log_access = False
    _order = "timestamp desc, id desc"
    _rec_names_search = ["device_id"]

    device_id = fields.Many2one("iot.device", readonly=True)
    timestamp = fields.Datetime(readonly=True, help="When it was measured.")
    reading_type = fields.Selection(READING_TYPES, readonly=True)
    value = fields.Float(
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="In groups the average, without what a failing probe sent.",
    )
    # The same value with other aggregators: a measure of a pivot has one.
    value_min = fields.Float(
        "Lowest Value",
        digits=(16, 4),
        readonly=True,
        aggregator="min",
        exportable=False,
    )
    value_max = fields.Float(
        "Highest Value",
        digits=(16, 4),
        readonly=True,
        aggregator="max",
        exportable=False,
    )
    raw_value = fields.Float(
        digits=(16, 4),
        readonly=True,
        aggregator=None,
        help="What the device said, where a calibration has corrected it.",
    )
    is_calibrated = fields.Boolean(
        "Calibrated", readonly=True, help="Corrected by the calibration of its time."
    )
    unit = fields.Char(readonly=True)
    quality = fields.Integer(
        readonly=True,
        aggregator=None,
        help="0 to 100: 0 is the error value of a probe, 10 an impossible jump, 20 a "
        "value stuck for hours, 100 a good one.",
    )
    is_alarm = fields.Boolean("Alarm", readonly=True, help="Outside a limit.")
    farm_id = fields.Many2one("farm.farm", readonly=True)
    location = fields.Char(compute="_compute_location", search="_search_location")
    threshold_id = fields.Many2one(
        "iot.threshold",
        "Violated Threshold",
        compute="_compute_threshold_id",
        help="Of the alert that was open then.",
    )

    @api.depends("device_id", "reading_type", "value", "unit")
    def _compute_display_name(self):
        labels = dict(self._fields["reading_type"]._description_selection(self.env))
        for reading in self:
            label = labels.get(reading.reading_type, "")
            name, value = reading.device_id.name or "", reading.value
            reading.display_name = f"{name} - {label}: {value:g} {reading.unit or ''}"

    @api.depends("device_id")
    def _compute_location(self):
        for reading in self:
            reading.location = reading.device_id._describe_place()

    def _search_location(self, operator, value):
        places = ("tank_id.name", "stall_id.name", "location_description")
        return ["|", "|"] + [(f"device_id.{name}", operator, value) for name in places]

    @api.depends("device_id", "reading_type", "timestamp", "is_alarm")
    def _compute_threshold_id(self):
        alarms = self.filtered("is_alarm")
        (self - alarms).threshold_id = False
        times = alarms.mapped("timestamp")
        alerts = alarms and self.env["iot.alert"].search(
            [
                ("device_id", "in", alarms.device_id.ids),
                ("started_at", "<=", max(times)),
                "|",
                ("is_active", "=", True),
                ("cleared_at", ">=", min(times) - timedelta(seconds=1)),
            ]
        )
        for reading in alarms:
            second = reading.timestamp.replace(microsecond=0)
            reading.threshold_id = alerts.filtered(
                lambda alert, reading=reading, second=second: (
                    alert.device_id == reading.device_id
                    and alert.reading_type == reading.reading_type
                    and alert.started_at <= reading.timestamp
                    and (alert.is_active or alert.cleared_at >= second)
                )
            ).threshold_id[:1]

    # The specification's methods ----------------------------------------------------

    @api.model
    @api.readonly
    def get_latest_readings(self, device_id, reading_types=None, limit=10):
        """The newest readings of a device.

        :param int device_id: id of the ``iot.device``
        :param list reading_types: such as ``["temperature"]``; None for all
        :param int limit: how many, of all types together
        :return: recordset, newest first; over RPC the list of ids
        :raise AccessError: a device that one may not see
        :raise MissingError: there is no such device
        :raise UserError: an unknown reading type, or a limit below 1
        """
        device = self._readable_device(device_id)
        domain = [("device_id", "=", device.id)]
        if reading_types is not None:
            self._require_types(reading_types)
            domain.append(("reading_type", "in", list(reading_types)))
        if type(limit) is not int or limit < 1:
            raise UserError(_("The limit must be a whole number of 1 or more."))
        return self.search(domain, limit=limit, order="timestamp desc, id desc")

    @api.model
    @api.readonly
    def get_statistics(self, device_id, reading_type, start_date=None, end_date=None):
        """What a device measured in a span, in the reading type's canonical unit.

        What a failing probe sent (quality below 20) is left out.

        :param int device_id: id of the ``iot.device``
        :param str reading_type: such as ``"temperature"``
        :param start_date: UTC, datetime or ``"YYYY-MM-DD HH:MM:SS"``; by default 24
            hours before the end
        :param end_date: the same, part of the span; by default now
        :return: ``{"avg_value", "min_value", "max_value", "stddev_value", "count"}``:
            floats of 4 decimals, None where there is no reading (the deviation, of the
            sample, of fewer than two), and an int
        :raise AccessError: a device that one may not see
        :raise MissingError: there is no such device
        :raise UserError: an unknown reading type, no date, or a start after the end
        """
        device = self._readable_device(device_id)
        self._require_types([reading_type])
        end = _to_utc(end_date or fields.Datetime.now())
        start = _to_utc(start_date) if start_date else end - timedelta(hours=24)
        if start > end:
            raise UserError(
                _(
                    "The start, %(start)s, is after the end, %(end)s.",
                    start=start_date,
                    end=end_date or end,
                )
            )
        span = (start, end + _MILLISECOND)
        with told_when_away():
            window = self.env["iot.store"]._window(
                [device.device_id], reading_type, *span
            )
        values = (window.average, window.low, window.high, window.deviation)
        names = ("avg_value", "min_value", "max_value", "stddev_value")
        rounded = (value if value is None else round(value, 4) for value in values)
        return dict(zip(names, rounded, strict=True)) | {"count": window.count}

    def _readable_device(self, device_id):
        self.browse().check_access("read")
        device = self.env["iot.device"].browse(
            device_id if type(device_id) is int else 0
        )
        if not device.exists():
            raise MissingError(
                _("There is no device with the id %(id)s.", id=device_id)
            )
        device.check_access("read")
        return device

    @api.model
    def _require_types(self, reading_types):
        for name in reading_types:
            if name not in TYPES:
                raise UserError(
                    _(
                        "“%(name)s” is no reading type. There are: %(known)s.",
                        name=name,
                        known=", ".join(TYPES),
                    )
                )

    # Nobody writes them --------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        raise self._read_only()

    def write(self, vals):
        raise self._read_only()

    def unlink(self):
        raise self._read_only()  # pylint: disable=no-raise-unlink

    @api.model
    def _read_only(self):
        return UserError(
            _(
                "Readings are what devices have sent. They cannot be created, changed "
                "or deleted here; how long they are kept is set in Retention."
            )
        )


def _to_utc(value):
    try:
        time = value if hasattr(value, "tzinfo") else fields.Datetime.to_datetime(value)
        if time.tzinfo is None:
            return time.replace(tzinfo=timezone.utc)
        return time.astimezone(timezone.utc)
    except (ValueError, TypeError, AttributeError):
        raise UserError(
            _(
                "“%(value)s” is no date and time: give it in UTC, as "
                "YYYY-MM-DD HH:MM:SS.",
                value=value,
            )
        ) from None
