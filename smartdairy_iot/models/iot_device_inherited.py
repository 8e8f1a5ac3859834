from collections import defaultdict

from odoo import api, fields, models

from ..health import silence
from .iot_device import LOCATION_TYPES

# What a device has of its profile, until it has a value of its own.
INHERITED = (
    *("manufacturer", "model", "location_type"),
    *("offline_after", "interval_seconds"),
)
_WITHOUT_PROFILE = {"location_type": "default"}


class IotDevice(models.Model):
    """Values of the profile, which an edit of it changes at every device …

    … but at those that have their own. ``own_fields`` tells which those are; a value
    that is entered and differs from the profile's becomes the device's own, one that
    is emptied is the profile's again.
    """

    _inherit = "iot.device"

    own_fields = fields.Json(
        help="Names of the fields in which this device differs from its profile, such "
        'as ["offline_after"]. Empty: it follows the profile in everything.',
    )
    manufacturer = fields.Char(
        compute="_compute_manufacturer", store=True, readonly=False, precompute=True
    )
    model = fields.Char(
        compute="_compute_model", store=True, readonly=False, precompute=True
    )
    location_type = fields.Selection(
        LOCATION_TYPES,
        compute="_compute_location_type",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Decides which limits apply, unless the message itself says.",
    )
    offline_after = fields.Integer(
        string="Offline After (s)",
        compute="_compute_offline_after",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        aggregator=None,
        help="Silent for longer than this, the device counts as offline. A milk meter "
        "may be silent from one milking to the next: 16 hours, unless you say else.",
    )
    interval_seconds = fields.Integer(
        string="Sends Every (s)",
        compute="_compute_interval_seconds",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        aggregator=None,
        help="How often it sends when all is well.",
    )

    _times_positive = models.Constraint(
        "CHECK(offline_after > 0 AND interval_seconds > 0)",
        "Sends Every and Offline After must be at least one second.",
    )

    # One method for each: a new device may be given one value and not the others.

    @api.depends("own_fields", "profile_id.manufacturer")
    def _compute_manufacturer(self):
        self._follow_profile("manufacturer")

    @api.depends("own_fields", "profile_id.model")
    def _compute_model(self):
        self._follow_profile("model")

    @api.depends("own_fields", "profile_id.location_type")
    def _compute_location_type(self):
        self._follow_profile("location_type")

    @api.depends("own_fields", "profile_id.offline_after", "device_type")
    def _compute_offline_after(self):
        self._follow_profile("offline_after")

    @api.depends(
        *("own_fields", "profile_id.interval_seconds", "offline_after", "device_type")
    )
    def _compute_interval_seconds(self):
        self._follow_profile("interval_seconds")

    def _follow_profile(self, name):
        for device in self:
            is_own = name in (device.own_fields or ())
            device[name] = device[name] if is_own else device._inherited(name)

    def _inherited(self, name):
        """What the profile says, or what holds without one."""
        if value := self.profile_id[name]:
            return value
        if name == "offline_after":
            return silence.offline_after(self.device_type)
        if name == "interval_seconds":
            return silence.interval(self.device_type, self.offline_after)
        return _WITHOUT_PROFILE.get(name, False)

    @api.model_create_multi
    def create(self, vals_list):
        # An empty cell of an import is no value of its own.
        entered = [
            {name: vals[name] for name in vals if vals[name] or name not in INHERITED}
            for vals in vals_list
        ]
        devices = super().create(entered)
        devices._note_own(INHERITED)
        return devices

    def write(self, vals):
        result = super().write(vals)
        if names := [name for name in INHERITED if name in vals]:
            self._note_own(names)
        return result

    @api.onchange(*INHERITED)
    def _onchange_inherited(self):
        self._note_own(INHERITED)

    def _note_own(self, names):
        """What was just entered under these names is its own where it differs."""
        changed = defaultdict(list)
        for device in self:
            own = set(device.own_fields or ())
            for name in names:
                inherited = device._inherited(name)
                if inherited and not device[name]:
                    device[name] = inherited
                if device[name] and device[name] != inherited:
                    own.add(name)
                else:
                    own.discard(name)
            if own != set(device.own_fields or ()):
                changed[tuple(sorted(own))].append(device.id)
        for own, ids in changed.items():
            self.browse(ids).own_fields = list(own) or False

    def action_use_profile(self):
        """The field that the context names is the profile's again; without, all are."""
        name = self.env.context.get("inherited_field")
        for device in self:
            left = set(device.own_fields or ()) - ({name} if name else set(INHERITED))
            device.own_fields = sorted(left) or False
        return True
