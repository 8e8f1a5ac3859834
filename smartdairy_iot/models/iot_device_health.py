from datetime import datetime, timezone

from odoo import api, models
from odoo.tools import SQL

from ..rules.condition import Condition

_FIELDS = {
    "iot.device": (
        *("state", "gateway_id", "offline_after", "interval_seconds"),
        *("device_type", "activated_at", "certificate_expires_at"),
    ),
}


class IotDeviceHealth(models.AbstractModel):
    """How the devices are, apart from what they measure.

    ============  ===========================================================  ========
    kind          measure                                                      unit
    ============  ===========================================================  ========
    offline       since its last sign of life; ``holds``: it is its own fault  min
    no_data       since its newest reading came, or it was activated           intervals
    battery       charge                                                       %
    signal        strength                                                     %
    certificate   until the certificate expires, negative when it has          days
    clock_drift   how far its clock is off, either way                         min
    stuck         1 while ``holds``; ``detail``: the reading type              –
    implausible   1 while ``holds``; ``detail``: the reading type              –
    ============  ===========================================================  ========

    ``since``: of who is offline when it was last heard, of missing readings (more than
    one) when the last one came, of a fault when it began; of the others no history is
    kept.

    What a silent gateway keeps from us is no fault of its children, however deep below
    it they stand. For them time stands still while it is silent: they have gone when
    they were due and it was heard since, and when it is back they have as long to
    follow. ``children`` of its own condition tells them. Who is whose child,
    ``gateway_id`` alone says, whichever way a device connects.
    """

    _name = "iot.device.health"
    _description = "Health of the Devices"

    @api.model
    def _conditions(self, kind, device_ids=None):
        """:param kind: see above
        :param device_ids: ids of iot.device; None: of all
        :return: ``{id of device: Condition}`` of the active ones of which it can be
            said: not of one that was never heard whether it is offline, nor of one that
            never told its battery how full that is
        """
        self.env["iot.device.state"].flush_model()
        for model, names in _FIELDS.items():
            self.env[model].flush_model(names)
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        words = {
            "now": now,
            "wanted": SQL("TRUE"),
            "own_fault": SQL(_OWN_FAULT, now=now),
        }
        if device_ids is not None:
            words["wanted"] = SQL("device.id = ANY(%s)", list(device_ids))
        words["gates"] = SQL(_GATES, **words)
        words["faults"] = _FAULTS.get(kind)
        # Raw SQL: of tens of thousands of devices, once a minute and when one comes or
        # goes, without a record for each.
        self.env.cr.execute(SQL(_QUERIES[kind], **words))
        conditions = {
            device_id: Condition(measure, since, detail or "", (), holds)
            for device_id, measure, since, detail, holds in self.env.cr.fetchall()
        }
        if kind in _CHILDREN:
            self._add_children(conditions, SQL(_CHILDREN[kind], **words))
        return conditions

    @api.model
    def _add_children(self, conditions, query):
        self.env.cr.execute(query)
        for gateway_id, children in self.env.cr.fetchall():
            if condition := conditions.get(gateway_id):
                conditions[gateway_id] = condition._replace(children=tuple(children))


# Of each device that others publish through, from the top down, what it means for those
# below it:
# heard_at   when it and all above it were last heard: until then they could speak …
# away_at    … but not from that time on …
# back_at    … until then: its last absence, or that of one above it
# culprit    the nearest one, it or above it, that has gone by its own fault …
# lost_at    … and when that was last heard
# unheard    the highest one, it or above it, that was never heard at all
_OWN_FAULT = """
(live.is_online IS FALSE AND live.last_seen IS NOT NULL
 AND CASE WHEN greatest(live.status_since, live.last_seen) <= gate.away_at
          THEN TRUE
          ELSE greatest(live.status_since, live.last_seen,
                        gate.back_at + device.offline_after * interval '1 second')
               <= coalesce(gate.heard_at, %(now)s) END)
"""
_GATES = """
WITH RECURSIVE gateway AS (
    SELECT id, gateway_id, state, offline_after, activated_at
      FROM iot_device
     WHERE state IN ('active', 'inactive', 'maintenance')
       AND id IN (SELECT gateway_id FROM iot_device WHERE gateway_id IS NOT NULL)),
gate AS (
    SELECT 0 AS id, %(now)s::timestamp AS heard_at, NULL::timestamp AS away_at,
           '-infinity'::timestamp AS back_at, NULL::int AS culprit,
           NULL::timestamp AS lost_at, NULL::int AS unheard
     UNION ALL
    SELECT device.id,
           least(gate.heard_at,
                 coalesce(live.last_seen, device.activated_at, '-infinity')),
           CASE WHEN live.absent_until > gate.back_at THEN live.absent_from
                ELSE gate.away_at END,
           greatest(gate.back_at, live.absent_until),
           CASE WHEN own.fault THEN device.id ELSE gate.culprit END,
           CASE WHEN own.fault THEN live.last_seen ELSE gate.lost_at END,
           coalesce(gate.unheard, CASE WHEN live.last_seen IS NULL
                                        AND device.state = 'active' THEN device.id END)
      FROM gate
      JOIN gateway AS device ON gate.id = CASE
           WHEN device.gateway_id IN (SELECT id FROM gateway) THEN device.gateway_id
           ELSE 0 END
      LEFT JOIN iot_device_state AS live ON live.device_id = device.id,
           LATERAL (SELECT device.state = 'active' AND %(own_fault)s AS fault) AS own)
"""
_OFFLINE = """
%(gates)s
SELECT device.id, extract(epoch FROM %(now)s - live.last_seen)::float8 / 60,
       CASE WHEN live.is_online THEN NULL
            WHEN live.status_since <= gate.away_at THEN live.last_seen
            ELSE greatest(live.last_seen, gate.back_at) END AT TIME ZONE 'UTC',
       NULL, %(own_fault)s
  FROM iot_device AS device
  JOIN iot_device_state AS live ON live.device_id = device.id
  LEFT JOIN gate ON gate.id = device.gateway_id
 WHERE device.state = 'active' AND %(wanted)s AND live.last_seen IS NOT NULL
"""
_NO_DATA = """
%(gates)s
SELECT device.id, missing.intervals,
       CASE WHEN missing.intervals > 1 THEN clock.since AT TIME ZONE 'UTC' END,
       NULL, NULL
  FROM iot_device AS device
  LEFT JOIN iot_device_state AS live ON live.device_id = device.id
  LEFT JOIN gate ON gate.id = device.gateway_id
  LEFT JOIN gate AS self ON self.id = device.id,
       LATERAL (SELECT coalesce(live.data_at, live.value_time) AS heard_at) AS data,
       LATERAL (SELECT coalesce(gate.heard_at, %(now)s) AS until,
                       coalesce(data.heard_at, device.activated_at) AS since) AS clock,
       LATERAL (SELECT CASE WHEN gate.back_at <= clock.since THEN interval '0'
                            ELSE coalesce(gate.back_at
                                          - greatest(clock.since, gate.away_at),
                                          interval '0') END AS time) AS away,
       LATERAL (SELECT clock.since + away.time AS since) AS counted,
       LATERAL (SELECT CASE WHEN clock.until > counted.since
                            THEN extract(epoch FROM clock.until - counted.since)
                                 / device.interval_seconds
                            ELSE 0 END::float8 AS intervals) AS missing
 WHERE device.state = 'active' AND %(wanted)s
   AND clock.since IS NOT NULL
   AND (data.heard_at IS NOT NULL OR live.last_seen IS NULL
        OR (device.device_type != 'gateway' AND self.id IS NULL))
"""
_BATTERY = """
SELECT device.id, live.battery_level::float8, NULL, NULL, NULL
  FROM iot_device AS device
  JOIN iot_device_state AS live ON live.device_id = device.id
 WHERE device.state = 'active' AND %(wanted)s AND live.battery_level IS NOT NULL
"""
_SIGNAL = """
SELECT device.id, live.signal_strength::float8, NULL, NULL, NULL
  FROM iot_device AS device
  JOIN iot_device_state AS live ON live.device_id = device.id
 WHERE device.state = 'active' AND %(wanted)s AND live.signal_strength IS NOT NULL
"""
_CERTIFICATE = """
SELECT device.id,
       extract(epoch FROM device.certificate_expires_at - %(now)s)::float8 / 86400,
       NULL, NULL, NULL
  FROM iot_device AS device
 WHERE device.state = 'active' AND %(wanted)s
   AND device.certificate_expires_at IS NOT NULL
"""
_CLOCK_DRIFT = """
SELECT device.id, abs(live.clock_offset)::float8 / 60, NULL, NULL, NULL
  FROM iot_device AS device
  JOIN iot_device_state AS live ON live.device_id = device.id
 WHERE device.state = 'active' AND %(wanted)s AND live.clock_offset IS NOT NULL
"""
_FAULT = """
SELECT device.id, fault.holds::int::float8,
       CASE WHEN fault.holds THEN live.fault_since AT TIME ZONE 'UTC' END,
       CASE WHEN fault.holds THEN regexp_replace(live.fault, %(faults)s, '') END,
       fault.holds
  FROM iot_device AS device
  JOIN iot_device_state AS live ON live.device_id = device.id,
       LATERAL (SELECT coalesce(live.fault ~ %(faults)s, FALSE) AS holds) AS fault
 WHERE device.state = 'active' AND %(wanted)s AND live.value_time IS NOT NULL
"""
_QUERIES = {
    "offline": _OFFLINE,
    "no_data": _NO_DATA,
    "battery": _BATTERY,
    "signal": _SIGNAL,
    "certificate": _CERTIFICATE,
    "clock_drift": _CLOCK_DRIFT,
    "stuck": _FAULT,
    "implausible": _FAULT,
}
_FAULTS = {"stuck": "^stuck_", "implausible": "^(probe_error|jump)_"}
# (gateway, ids of the devices that share its fate)
_CHILDREN = {
    "offline": """
%(gates)s
SELECT gate.culprit, array_agg(device.id ORDER BY device.id)
  FROM gate
  JOIN iot_device AS device ON device.gateway_id = gate.id
  LEFT JOIN iot_device_state AS live ON live.device_id = device.id
 WHERE device.state = 'active' AND gate.culprit IS NOT NULL
   AND coalesce(live.last_seen, '-infinity') <= gate.lost_at
   AND NOT coalesce(%(own_fault)s, FALSE)
 GROUP BY gate.culprit
""",
    "no_data": """
%(gates)s
SELECT gate.unheard, array_agg(device.id ORDER BY device.id)
  FROM gate
  JOIN iot_device AS device ON device.gateway_id = gate.id
  LEFT JOIN iot_device_state AS live ON live.device_id = device.id
 WHERE device.state = 'active' AND gate.unheard IS NOT NULL AND live.last_seen IS NULL
 GROUP BY gate.unheard
""",
}
