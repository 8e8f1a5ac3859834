from datetime import timezone

from odoo import _, api, fields, models

from ..notify.plan import Fact, Subscriber, audience, held_until
from ..zone import to_zone
from .iot_device import DEVICE_TYPES
from .iot_threshold import SEVERITY_SELECTION

_CHANNELS = ("odoo", "email", "push", "sms")
_DEFAULT = {"odoo": "low"}  # of a farm about which somebody has said nothing
LEAST_SELECTION = [
    ("low", "All"),
    ("medium", "Medium and Above"),
    ("high", "High and Critical"),
    ("critical", "Critical Only"),
    ("never", "Never"),
]
KIND_SELECTION = [
    ("limit", "Limits: Too High, Too Low"),
    ("rate", "Changes Too Fast"),
    ("deviation", "Not as Usual"),
    ("no_data", "No Data"),
    ("offline", "Offline"),
    ("cooling", "Cold Chain: Tanks Too Warm, Not Washed …"),
    ("health", "Device Health: Battery, Signal, Clock …"),
]


class IotAlertSubscription(models.Model):
    """What one person wants to be told, through which channel, and when not.

    Of a farm of theirs that none is about, they are told everything, in Odoo.
    """

    _name = "iot.alert.subscription"
    _description = "IoT Alert Subscription"
    _order = "user_id, id"

    user_id = fields.Many2one(
        "res.users",
        "Who",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="cascade",
    )
    active = fields.Boolean(default=True)
    farm_ids = fields.Many2many(
        "farm.farm", string="Farms", help="None chosen: all that this person may see."
    )
    kind = fields.Selection(
        KIND_SELECTION, "Only Alerts About", help="None chosen: about everything."
    )
    device_type = fields.Selection(
        DEVICE_TYPES, "Only Devices", help="None chosen: of all device types."
    )
    severity = fields.Selection(
        SEVERITY_SELECTION, "From Severity", required=True, default="low"
    )
    odoo_from = fields.Selection(
        LEAST_SELECTION, "In Odoo", required=True, default="low"
    )
    email_from = fields.Selection(
        LEAST_SELECTION, "By E-mail", required=True, default="medium"
    )
    push_from = fields.Selection(
        LEAST_SELECTION, "By Push", required=True, default="high"
    )
    sms_from = fields.Selection(
        LEAST_SELECTION, "By SMS", required=True, default="critical"
    )
    quiet_id = fields.Many2one(
        "iot.schedule",
        "Quiet Hours",
        ondelete="restrict",
        help="What happens then is told in one digest when they end. Critical alerts "
        "are told at once, and so are all while this person is on call.",
    )

    @api.depends("user_id", "farm_ids", "kind", "severity")
    def _compute_display_name(self):
        for one in self:
            farms = ", ".join(one.farm_ids.mapped("name")) or _("all farms")
            one.display_name = f"{one.user_id.name}: {farms}"

    def write(self, vals):
        done = super().write(vals)
        if "user_id" in vals:  # nobody gives theirs to somebody else
            self.check_access("write")
        return done

    @api.model
    def _audiences(self, alerts, now):
        """Who is told of which alert, and until when it is held.

        Alerts that are alike have the same recipients: that is found out once.

        :param now: aware
        :return: groups: ``[(alerts, {(user_id, channel): aware end of the quiet hours
            or None})]``
        """
        subscribers = self._subscribers(alerts)
        on_call = {}
        if any(one.quiet is not None for one in subscribers):  # else it is all the same
            on_call = self.env["iot.oncall"]._on_call_by_farm(alerts.farm_id, now)
        return self._only_to_who_may_see(
            (
                alike,
                audience(fact, subscribers, now, on_call.get(fact.farm_id, ())),
            )
            for fact, alike in alerts.grouped(_to_fact).items()
        )

    @api.model
    def _only_to_who_may_see(self, groups):
        """Leaves out whom the record rules do not let see an alert.

        :param groups: as of :meth:`_audiences`; so is the result
        """
        groups = list(groups)
        places = {}  # one alert of each stands for all
        for alerts, _found in groups:
            for place, of_it in alerts.grouped(_to_place).items():
                places.setdefault(place, of_it[:1])
        user_ids = {key[0] for _alerts, found in groups for key in found}
        seen = self._seen_places(places, self.env["res.users"].browse(user_ids))
        return [
            (of_it, {key: v for key, v in found.items() if key[0] in seen[place]})
            for alerts, found in groups
            for place, of_it in alerts.grouped(_to_place).items()
        ]

    @api.model
    def _seen_places(self, places, users):
        """:return: ``{place: ids of those of the users who may see it}``"""
        samples = self.env["iot.alert"].union(*places.values())
        seen = {place: set() for place in places}
        for user in users.filtered("active"):
            visible = user._iot_visible(samples)
            for place, sample in places.items():
                if sample in visible:
                    seen[place].add(user.id)
        return seen

    @api.model
    def _hold(self, groups, now):
        """The same groups, with the quiet hours of their recipients."""
        quiet = [
            one._to_subscriber() for one in self.search([("quiet_id", "!=", False)])
        ]
        if not quiet:
            return groups
        alerts = self.env["iot.alert"].union(*(alerts for alerts, _f in groups))
        on_call = self.env["iot.oncall"]._on_call_by_farm(alerts.farm_id, now)
        held = []
        for alerts, found in groups:
            for fact, alike in alerts.grouped(_to_fact).items():
                until = {
                    one.user_id: held_until(one, fact.severity, now)
                    for one in quiet
                    if one.user_id not in on_call.get(fact.farm_id, ())
                    and one.wants(fact)
                }
                held.append((alike, {key: until.get(key[0]) for key in found}))
        return held

    @api.model
    def _subscribers(self, alerts):
        """:class:`Subscriber` of everybody who may be concerned, in no order."""
        subscriptions = self.search([("user_id.active", "=", True)])
        found = [one._to_subscriber() for one in subscriptions]
        for farm, users in self._users_by_farm(alerts).items():
            about_it = subscriptions.filtered(
                lambda one, farm=farm: not one.farm_ids or farm in one.farm_ids
            )
            found += [
                Subscriber(user.id, frozenset([farm.id or None]), least=_DEFAULT)
                for user in users - about_it.user_id
            ]
        return found

    @api.model
    def _users_by_farm(self, alerts):
        """Whom a farm concerns: its allowed users, or else all of its company."""
        group = self.env["ir.model.data"]._xmlid_to_res_id(
            "smartdairy_iot.group_iot_user", raise_if_not_found=True
        )
        # Fetched without all that a user also has: this is done in every evaluation.
        everybody = self.env["res.users"].search_fetch(
            [
                ("all_group_ids", "in", group),
                ("active", "=", True),
                ("share", "=", False),
            ],
            ["active"],
        )
        by_farm = {}
        for farm in [*alerts.farm_id, *([alerts.farm_id.browse()])]:
            users = farm.user_ids & everybody or everybody
            company = farm.company_id
            by_farm[farm] = users.filtered(
                lambda user, c=company: not c or c in user.company_ids
            )
        return by_farm

    def _to_subscriber(self):
        least = {channel: self[f"{channel}_from"] for channel in _CHANNELS}
        return Subscriber(
            self.user_id.id,
            frozenset(self.farm_ids.ids),
            frozenset(filter(None, [self.device_type])),
            frozenset(filter(None, [self.kind])),
            self.severity,
            {channel: of_it for channel, of_it in least.items() if of_it != "never"},
            self.quiet_id._to_schedule(),
            to_zone(self.user_id.tz or self.farm_ids[:1].tz or "UTC"),
        )


def _to_fact(alert):
    kind = alert.kind if alert.kind in dict(KIND_SELECTION) else "health"
    return Fact(
        alert.farm_id.id or None, alert.device_id.device_type, kind, alert.severity
    )


def _to_place(alert):
    """What decides who may see it."""
    return alert.farm_id, alert.company_id


def aware(moment):
    return moment.replace(tzinfo=timezone.utc)


def naive(moment):
    """Odoo's columns hold UTC without a zone."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
