from datetime import timezone

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get


class FarmFarm(models.Model):
    _name = "farm.farm"
    _description = "Farm"
    _inherit = ["mail.thread", "bus.listener.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(help="Short name, used in MQTT topics.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    tz = fields.Selection(
        _tz_get,
        string="Timezone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="A day, and a timestamp without a zone, are meant in this timezone.",
    )
    latitude = fields.Float(digits=(10, 6), help="Where the map shows its devices.")
    longitude = fields.Float(digits=(10, 6))
    user_ids = fields.Many2many(
        "res.users",
        string="Allowed Users",
        help="Who sees this farm. Nobody chosen: every IoT user of the company.",
    )
    device_ids = fields.One2many("iot.device", "farm_id", string="Devices")
    tank_ids = fields.One2many("farm.tank", "farm_id", string="Tanks")
    stall_ids = fields.One2many("farm.stall", "farm_id", string="Stalls")
    animal_ids = fields.One2many("farm.animal", "farm_id", string="Animals")
    device_count = fields.Integer(compute="_compute_device_count")

    _code_unique = models.Constraint(
        "UNIQUE(company_id, code)", "Another farm of this company has this code."
    )
    _position_on_earth = models.Constraint(
        "CHECK(latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
        "A latitude lies between -90 and 90, a longitude between -180 and 180.",
    )

    def _compute_device_count(self):
        counts = dict(
            self.env["iot.device"]._read_group(
                [("farm_id", "in", self.ids)], ["farm_id"], ["__count"]
            )
        )
        for farm in self:
            farm.device_count = counts.get(farm, 0)

    def write(self, vals):
        if not {"tz", "company_id"}.isdisjoint(vals):
            self.env["iot.device"]._forget_listener_map()
        return super().write(vals)

    def action_view_devices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_action"
        )
        action["domain"] = [("farm_id", "=", self.id)]
        action["context"] = {"default_farm_id": self.id}
        return action

    @api.model
    def get_live_board(self):
        """All that the live board shows when it is opened, for the farms one may see.

        :return: ``{now, farms, devices, alerts}``; times are ISO 8601 UTC
        """
        return self.search([])._to_live_board()

    def _to_live_board(self):
        devices = self.env["iot.device"].search(
            [("farm_id", "in", self.ids), ("state", "=", "active")]
        )
        alerts = self.env["iot.alert"].search(
            [("farm_id", "in", self.ids), ("is_open", "=", True)]
        )
        return {
            "now": to_iso(fields.Datetime.now()),
            "farms": [{"id": f.id, "name": f.name, "tz": f.tz} for f in self],
            "devices": devices._to_live_tiles(),
            "alerts": [alert._to_bus() for alert in alerts],
        }

    def watch_live(self):
        """Somebody looks at these farms: send their readings for the next 90 s."""
        self.check_access("read")
        self.env["iot.live.watch"]._renew(self)
        return True

    @api.model
    def _send_readings(self, news, devices):
        """Room 7: one coalesced message for each farm that somebody watches.

        :param news: ``{device_id: DeviceNews}``
        :param devices: the listener's ``{device_id: Device}``
        """
        watched = self.env["iot.live.watch"]._watched_farm_ids() if news else ()
        if not watched:
            return
        readings = {}
        for device_id, device_news in news.items():
            device = devices.get(device_id)
            if device and device.farm_id in watched:
                readings.setdefault(device.farm_id, []).append(_to_bus(device_news))
        now = to_iso(fields.Datetime.now())
        for farm in self.browse(readings):
            farm._bus_send(
                "smartdairy_iot/readings",
                {"farm_id": farm.id, "at": now, "readings": readings[farm.id]},
            )


def _to_bus(news):
    return {
        "device_id": news.device_id,
        "values": news.values,
        "time": news.time.isoformat() if news.time else False,
        "last_seen": news.last_seen.isoformat() if news.last_seen else False,
        "is_alarm": bool(news.alarm_type),
        "alarm_type": news.alarm_type or False,
        "fault": news.fault or False,
        "online": news.is_online,
        "battery": news.battery if news.battery is not None else False,
        "signal": news.signal if news.signal is not None else False,
    }


def to_iso(value):
    """Odoo's naive UTC datetime as ISO 8601 with its zone, or False."""
    return value.replace(tzinfo=timezone.utc).isoformat() if value else False
