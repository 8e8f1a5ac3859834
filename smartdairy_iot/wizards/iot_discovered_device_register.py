import re

from odoo import Command, _, api, fields, models

from ..models.iot_device import _DEVICE_ID, DEVICE_TYPES, LOCATION_TYPES

_OUTSIDE_ID = re.compile(r"[^A-Za-z0-9_.:-]+")


class IotDiscoveredDeviceRegister(models.TransientModel):
    """What is left to ask before a discovered device becomes a registered one."""

    _name = "iot.discovered.device.register"
    _description = "Register a Discovered Device"

    batch_id = fields.Many2one(
        "iot.discovered.device.register.batch", ondelete="cascade"
    )
    discovered_id = fields.Many2one(
        "iot.discovered.device", required=True, readonly=True, ondelete="cascade"
    )
    kept = fields.Integer(related="discovered_id.kept", string="Messages Kept")
    name = fields.Char(string="Device Name", required=True)
    device_id = fields.Char(
        string="Device ID",
        required=True,
        help="What its own messages say cannot be changed here.",
    )
    calls_itself = fields.Boolean(help="Its messages name it by its device ID.")
    device_type = fields.Selection(DEVICE_TYPES)
    is_type_known = fields.Boolean()
    farm_id = fields.Many2one("farm.farm")
    profile_id = fields.Many2one(
        "iot.device.profile", domain="[('device_type', '=', device_type)]"
    )
    is_profile_known = fields.Boolean()
    gateway_id = fields.Many2one(related="discovered_id.gateway_id")
    location_type = fields.Selection(
        LOCATION_TYPES,
        help="Decides which limits apply. Empty: the profile's, or else Other.",
    )

    @api.model
    def _prepare(self, discovered):
        """One for each, with all that can be derived."""
        farms = self.env["farm.farm"].search([], limit=2)
        only_farm = farms if len(farms) == 1 else farms.browse()
        return self.create(
            [
                {
                    "discovered_id": found.id,
                    "name": found.device_ref,
                    "device_id": self._suggest_device_id(found),
                    "calls_itself": _calls_itself(found),
                    "device_type": found.device_type,
                    # What a gateway says of its child is a guess.
                    "is_type_known": found.device_type and not found.gateway_id,
                    "farm_id": (found.farm_id or only_farm).id,
                    "profile_id": found.profile_id.id,
                    "is_profile_known": found.profile_id,
                }
                for found in discovered
            ]
        )

    def _is_complete(self):
        return all(line.device_type and line.farm_id for line in self)

    def _open(self):
        """The dialog: of one device a form, of several a list."""
        target = self
        if len(self) > 1:
            target = self.env["iot.discovered.device.register.batch"].create(
                {"line_ids": [Command.set(self.ids)]}
            )
        return {
            "type": "ir.actions.act_window",
            "name": _("Register"),
            "res_model": target._name,
            "res_id": target.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_register(self):
        """Create the devices, active, and take over what is kept of them.

        :return: a notification of what came of it
        """
        found = self.discovered_id
        devices = self.env["iot.device"].create(
            [line._to_device_values() for line in self]
        )
        found._decide("registered", devices.ids)
        taken, refused = self.env["iot.quarantined.message"]._replay(found)
        self.env["iot.store"]._settle()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": self._describe(devices, taken, refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _to_device_values(self):
        self.ensure_one()
        called = self.discovered_id.device_ref
        alias = called if called != self.device_id else False
        values = {
            "name": self.name,
            "device_id": self.device_id,
            "device_type": self.device_type,
            "state": "active",
            "farm_id": self.farm_id.id,
            "location_type": self.location_type,
        }
        if self.gateway_id:
            values |= {"gateway_id": self.gateway_id.id, "channel": alias}
        if self.profile_id:
            values |= {
                "profile_id": self.profile_id.id,
                "source_key": not self.gateway_id and alias,
            }
        return values

    def _suggest_device_id(self, found):
        """Its own name where the topic has it, else one that resembles its key."""
        if _calls_itself(found):
            return found.device_ref
        key = found.device_ref
        if found.gateway_id:  # a probe: each of them has a probe 1
            key = f"{found.gateway_id.device_id}-{key}"
        key = _OUTSIDE_ID.sub("-", key).strip("-")
        # sudo - iot.device: a device ID is unique over all companies.
        devices = self.env["iot.device"].sudo()
        if _DEVICE_ID.fullmatch(key) and not devices.search([("device_id", "=", key)]):
            return key
        return devices._generate_device_id()

    def _describe(self, devices, taken, refused):
        """``TEMP-9 registered: 120 readings taken over, 3 refused (see …)``"""
        if len(devices) == 1:
            head = _("%(device)s registered", device=devices.name)
        else:
            head = _("%(count)s devices registered", count=len(devices))
        if taken == 1:
            parts = [_("1 reading taken over")]
        else:
            parts = [_("%(count)s readings taken over", count=taken)]
        if refused:
            parts.append(_("%(count)s refused (see Rejected Messages)", count=refused))
        return f"{head}: {', '.join(parts)}"


def _calls_itself(found):
    """Whether its messages must name it by its device ID, not by a key or channel."""
    if found.profile_id:
        return False
    gateway = found.gateway_id
    return not gateway or (gateway.device_type == "gateway" and not gateway.profile_id)
