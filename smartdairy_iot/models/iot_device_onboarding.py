from odoo import Command, api, fields, models

from ..onboarding.column import COLUMNS
from ..onboarding.known import Known, KnownDevice, Named

_RECORDS = {
    "farm": "farm.farm",
    "tank": "farm.tank",
    "stall": "farm.stall",
    "profile": "iot.device.profile",
    "tags": "iot.device.tag",
}


class IotDevice(models.Model):
    """What imports and ranges need to know of the devices, and how they make them."""

    _inherit = "iot.device"

    batch_id = fields.Many2one(
        "iot.device.batch", readonly=True, copy=False, index="btree_not_null"
    )

    @api.model
    def _onboarding_columns(self):
        """The columns of which this database has the field, and its model."""
        return tuple(
            column
            for column in COLUMNS
            if column.field in self._fields
            and (column.name not in _RECORDS or _RECORDS[column.name] in self.env)
        )

    @api.model
    def _onboarding_headers(self):
        """``{header in the user's language: column's name}``"""
        labels = self.fields_get(
            [column.field for column in self._onboarding_columns()], ["string"]
        )
        return {
            labels[column.field]["string"]: column.name
            for column in self._onboarding_columns()
            if column.field in labels
        }

    @api.model
    def _load_known(self):
        """:return: :class:`~..onboarding.known.Known`, as this user sees it"""
        records = {
            name: self._load_named(name)
            for name in _RECORDS
            if name in {column.name for column in self._onboarding_columns()}
        }
        channels = {one.id for one in records["profile"] if one.has_channels}
        everyone = self.with_context(active_test=False)
        rows = everyone.search([]).read(self._known_fields(), load=None)
        devices = [self._to_known(row, channels) for row in rows]
        return Known(
            devices,
            self._load_taken({row["id"] for row in rows}),
            records,
            {name: self._choices(name) for name in ("device_type", "location_type")},
        )

    @api.model
    def _needs_farm(self, state):
        """Of what is on no farm, nobody would be told of its alerts."""
        return state != "draft"

    @api.model
    def _known_fields(self):
        return ["state", *(column.field for column in self._onboarding_columns())]

    @api.model
    def _to_known(self, row, with_channels):
        values = {
            column.name: row[column.field] for column in self._onboarding_columns()
        }
        if "tags" in values:
            values["tags"] = tuple(sorted(values["tags"]))
        has_channels = row["profile_id"] in with_channels
        return KnownDevice(row["id"], row["state"], values, has_channels)

    @api.model
    def _load_taken(self, seen):
        # sudo - iot.device: both are unique over all companies; whose they are is not
        # told.
        everyone = self.sudo().with_context(active_test=False).search([])
        rows = everyone.read(["device_id", "serial_number"], load=None)
        unseen = [row for row in rows if row["id"] not in seen]
        return {
            column: {row[column] for row in unseen if row[column]}
            for column in ("device_id", "serial_number")
        }

    @api.model
    def _load_named(self, name):
        records = self.env[_RECORDS[name]].search([])
        return [
            Named(
                record.id,
                record.display_name if name == "tags" else record.name,
                name == "farm" and record.code or "",
                name in ("tank", "stall") and record.farm_id.id or None,
                name == "profile" and record.device_type or None,
                name == "profile" and record.has_channels,
            )
            for record in records
        ]

    @api.model
    def _choices(self, name):
        return dict(self._fields[name]._description_selection(self.env))

    @api.model
    def _to_new_values(self, values):
        """:param values: ``{column's name: value}`` of a new device
        :return: for create; what is not said is its profile's
        """
        entered = {name: value for name, value in values.items() if value}
        return self._to_written_values(entered)

    @api.model
    def _to_written_values(self, values):
        fields_of = {column.name: column.field for column in COLUMNS}
        written = {fields_of[name]: value or False for name, value in values.items()}
        if "tag_ids" in written:
            written["tag_ids"] = [Command.set(written["tag_ids"] or [])]
        return written
