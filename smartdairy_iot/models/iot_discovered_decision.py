from odoo import fields, models


class IotDiscoveredDecision(models.Model):
    """What people decided about a discovered device, apart from what it keeps sending.

    Odoo's cursors are REPEATABLE READ: were this in ``iot.discovered.device``, the next
    message would make the button fail, and the button would hold up the listener. A
    device that is deleted takes the decision along, and is discovered anew.
    """

    _name = "iot.discovered.decision"
    _description = "Decision about a Discovered Device"
    _rec_name = "discovered_id"

    discovered_id = fields.Many2one(
        "iot.discovered.device", required=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(
        [("ignored", "Ignored"), ("registered", "Registered")],
        required=True,
        readonly=True,
    )
    device_id = fields.Many2one(
        "iot.device", readonly=True, ondelete="cascade", index="btree_not_null"
    )

    _discovered_unique = models.Constraint(
        "UNIQUE(discovered_id)", "Somebody else has just decided about this device."
    )
