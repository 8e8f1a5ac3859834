from sys import intern

from odoo import api, models, tools

from ..ingest.device import Checks, Device, Fleet
from ..rules.scope import Scope
from ..zone import to_zone

_LISTENER_FIELDS = {
    "device_id",
    "device_type",
    "state",
    "farm_id",
    "gateway_id",
    "location_type",
    "channel",
    "profile_id",
    "source_key",
    "own_fields",
}


class IotDevice(models.Model):
    """What the listener knows of the devices, and when it must look again."""

    _inherit = "iot.device"

    @api.model_create_multi
    def create(self, vals_list):
        self._forget_listener_map()
        return super().create(vals_list)

    def write(self, vals):
        if not _LISTENER_FIELDS.isdisjoint(vals):
            self._forget_listener_map()
        return super().write(vals)

    def unlink(self):
        self._forget_listener_map()
        return super().unlink()

    @api.model
    def _forget_listener_map(self):
        """Signaled to every process, so the listener follows within a second."""
        if not self.env.context.get("is_iot_trial"):  # of which nothing will be left
            self.env.registry.clear_cache()

    @api.model
    def _get_listener_map(self):
        """Every device, with its profile and the rules that apply to it.

        :return: :class:`~..ingest.device.Fleet`, plain tuples that are safe to cache
        """
        # Cached under the signal that this transaction sees. Whoever changed a device
        # signals after the commit, so a map made of the state before it, by a thread
        # of the same process that started a moment earlier, is not found again.
        _registry, caches = self.env.registry.get_sequences(self.env.cr)
        return self._make_listener_map(caches["default"])

    @tools.ormcache("signal")
    def _make_listener_map(self, signal):
        return self._read_listener_map()

    @api.model
    def _read_listener_map(self):
        """The same as this transaction sees it, with what others cannot see yet."""
        # sudo - iot.device.profile: the listener serves all companies.
        # An archived profile is not offered any more; the devices that have it go on.
        archived_too = self.env["iot.device.profile"].with_context(active_test=False)
        profiles = archived_too.sudo().search([])
        known = {
            profile.id: (
                profile._to_units(),
                profile._to_mapping(),
                profile._to_checks(),
            )
            for profile in profiles
        }
        rules_of = self.env["iot.threshold"]._rules_by_device()
        calibrations = self.env["iot.calibration"]._by_device()
        of_tanks = self.env["farm.tank"]._sensor_ids()
        fleet = Fleet()
        with_topic = set(profiles.filtered("topic").ids)
        used = set()
        for row in self._listener_rows():
            (profile_id, source_key, channel, company_id), values = row[-4:], row[:-4]
            record_id, _device_id, device_type, farm_id = values[:4]
            scope = Scope(record_id, profile_id, None, device_type, farm_id, company_id)
            device = _to_device(
                values,
                rules_of(scope),
                known.get(profile_id),
                calibrations.get(record_id, {}),
            )
            if record_id in of_tanks:
                device = device._replace(is_of_tank=True)
            fleet[device.device_id] = device
            if profile_id:
                used.add(profile_id)
            if profile_id in with_topic:
                key = source_key or device.device_id
                fleet.keys_at_source[profile_id, key] = device.device_id
            if channel and device.gateway_id:
                fleet.channels[device.gateway_id, channel] = device.device_id
        listened = profiles.filtered(
            lambda p: (p.active and p.discover) or p.id in used
        )
        routes = [route for profile in listened if (route := profile._to_route())]
        fleet.routes = sorted(routes, key=_specific_first)
        return fleet

    def _listener_rows(self):
        """``(fields of Device …, zone, profile, source key, channel, company)``"""
        self.flush_model()
        self.env["farm.farm"].flush_model(["tz"])
        # Raw SQL: of tens of thousands of devices, without a record for each.
        self.env.cr.execute(
            """
            SELECT device.id, device.device_id, device.device_type, device.farm_id,
                   gateway.device_id, device.state = 'active', device.location_type,
                   coalesce(farm.tz, 'UTC'), device.profile_id, device.source_key,
                   device.channel, device.company_id
              FROM iot_device AS device
              LEFT JOIN iot_device AS gateway ON gateway.id = device.gateway_id
              LEFT JOIN farm_farm AS farm ON farm.id = device.farm_id
            """
        )
        return self.env.cr.fetchall()


def _to_device(values, rules, of_profile, calibrations):
    record_id, device_id, device_type, farm_id, gateway_id, is_active, place, tz = (
        values
    )
    limits, watches = rules
    return Device(
        record_id,
        device_id,
        intern(device_type),
        farm_id,
        gateway_id and intern(gateway_id),
        is_active,
        intern(place),
        to_zone(tz),
        limits,
        *(of_profile or ({}, None, Checks())),
        watches,
        calibrations,
    )


def _specific_first(route):
    """``application/7/…`` before ``application/+/…`` before ``application/#``."""
    levels = route.template.filter.split("/")
    return levels[-1] == "#", levels.count("+")
