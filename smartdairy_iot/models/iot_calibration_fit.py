from datetime import timedelta, timezone

from odoo import _, api, models
from odoo.exceptions import ValidationError

from ..calibration.fit import (
    FitError,
    Line,
    Point,
    find_excess,
    one_point,
    two_points,
)
from ..calibration.version import in_force
from ..ingest.codec.generic import measured_by
from .iot_calibration import SOURCES

FACTOR = "smartdairy_iot.calibration_limit_factor"


class IotCalibration(models.Model):
    """From what the technician types to scale and offset, and whether they can be."""

    _inherit = "iot.calibration"

    def _points(self):
        points = [Point(self.reference_1, self.measured_1)]
        if self.method == "two_points":
            points.append(Point(self.reference_2, self.measured_2))
        if self.method == "given":
            return []
        before = self.measured_is_corrected and self._before()
        return [point.uncorrected(before) for point in points] if before else points

    def _before(self):
        """The :class:`Version` that corrected what Odoo showed, or None."""
        kinds = self._by_device(self.device_id).get(self.device_id._origin.id, {})
        at = self.valid_from.replace(tzinfo=timezone.utc) - timedelta(milliseconds=1)
        return in_force(kinds.get(self.reading_type, ()), at)

    def _fit(self):
        """:raise FitError: the points make no line"""
        points = self._points()
        if len(points) == 2:  # noqa: PLR2004 - two points
            return two_points(*points)
        return one_point(*points) if points else Line(self.scale or 1.0, self.offset)

    @api.depends("method", "valid_from", "device_id", "reading_type", *SOURCES)
    def _compute_line(self):
        for one in self:
            try:
                one.scale, one.offset = one._fit()
            except FitError:
                one.scale, one.offset = 1.0, 0.0  # ``problem`` says why

    @api.depends("scale", "offset", "unit")
    def _compute_formula(self):
        for one in self:
            sign = "−" if one.offset < 0 else "+"
            scaled = "" if one.scale == 1.0 else f" × {one.scale:.6g}"
            one.formula = f"raw{scaled} {sign} {abs(one.offset):.6g} {one.unit or ''}"

    @api.depends("scale", "offset", "method", "reading_type", *SOURCES)
    def _compute_problem(self):
        for one in self:
            one.problem = one.reading_type and one._find_problem()

    def _find_problem(self):
        """One line: what is wrong and what to do; False: nothing is."""
        try:
            line, points = self._fit(), self._points()
        except FitError as error:
            return self._say_unfit(error)
        if self.method == "one_point" and not (self.reference_1 or self.measured_1):
            return self.env._(
                "Enter what the reference instrument and the device show. If both are "
                "exactly 0, choose “Scale and offset are known”."
            )
        factor = self._limit_factor()
        if not (excess := find_excess(line, points, self.reading_type, factor)):
            return False
        labels = dict(self._fields["reading_type"]._description_selection(self.env))
        if excess.what == "scale":
            return self.env._(
                "A scale of %(found).4g is no calibration: between %(low).4g and "
                "%(high).4g is allowed. Check the values and their units.",
                found=excess.found,
                low=1 - excess.most,
                high=1 + excess.most,
            )
        return self.env._(
            "%(reading)s: an offset of %(found)s is no calibration, at most %(most)s "
            "is allowed. Check the values and their units; a probe so far off is to be "
            "replaced.",
            found=f"{excess.found:+.4g} {self.unit}",
            most=f"±{excess.most:.4g} {self.unit}",
            reading=labels[self.reading_type],
        )

    @api.model
    def _say_unfit(self, error):
        return {
            "same_measured": self.env._(
                "Both points have the same measured value: take them far apart, such "
                "as ice water and hot water, or choose one point."
            ),
            "not_rising": self.env._(
                "The higher reference has the lower measured value: the values of the "
                "two points were mixed up."
            ),
            "not_finite": self.env._("A value is not a number."),
        }[error.reason]

    @api.model
    def _limit_factor(self):
        # sudo - ir.config_parameter: read only, one number.
        raw = self.env["ir.config_parameter"].sudo().get_param(FACTOR, "1")
        try:
            return max(float(raw), 0.0)
        except ValueError:
            return 1.0

    @api.constrains("reading_type", "device_id")
    def _check_reading_type(self):
        labels = dict(self._fields["reading_type"]._description_selection(self.env))
        for one in self:
            if one.reading_type not in measured_by(one.device_id.device_type):
                raise ValidationError(
                    _(
                        "%(device)s does not measure %(reading)s.",
                        device=one.device_id.name,
                        reading=labels[one.reading_type],
                    )
                )

    @api.constrains("state", "scale", "offset", "method", "reading_type", *SOURCES)
    def _check_limits(self):
        for one in self:
            if one.state == "applied" and (problem := one._find_problem()):
                raise ValidationError(problem)
