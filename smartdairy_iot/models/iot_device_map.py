from odoo import api, models
from odoo.tools import SQL


class IotDevice(models.Model):
    """Where the devices are, for the map."""

    _inherit = "iot.device"

    @api.model
    def get_device_map(self, domain):
        """Those of the domain that one may see, by place: their own, or their farm's.

        :return: ``{points: [{lat, lon, name, farm, ids: {status: [id, …]}}], lost:
            {ids, farms: [{id, name}]}}``; a status is alarm, offline, online or off;
            lost are those whose place nobody entered
        """
        points, lost, farms = {}, [], {}
        for row in self._map_rows(domain):
            device_id, name, farm_id, farm, lat, lon, is_own, status = row
            if not (lat or lon):
                lost.append(device_id)
                if farm_id:
                    farms[farm_id] = farm
                continue
            point = points.setdefault(
                (lat, lon), {"lat": lat, "lon": lon, "farm": farm or "", "ids": {}}
            )
            # One device has its own name; what several share is their farm.
            point["name"] = farm or "" if point["ids"] or not is_own else name
            point["ids"].setdefault(status, []).append(device_id)
        return {
            "points": list(points.values()),
            "lost": {
                "ids": lost,
                "farms": [{"id": id_, "name": name} for id_, name in farms.items()],
            },
        }

    @api.model
    def _map_rows(self, domain):
        query = self._search(domain)
        self.flush_model()
        self.env["farm.farm"].flush_model(["name", "latitude", "longitude"])
        self.env["iot.device.state"].flush_model(["is_online"])
        self.env["iot.alert"].flush_model(["device_id", "is_open"])
        # Raw SQL: of tens of thousands of devices, without a record for each.
        return self.env.execute_query(
            SQL(
                _MAP,
                devices=query.subselect(),
                farm_name=self.env["farm.farm"]._field_to_sql("farm", "name"),
            )
        )


_MAP = """
SELECT device.id, device.name, farm.id, %(farm_name)s,
       (CASE WHEN own.place THEN device.latitude ELSE farm.latitude END)::float8,
       (CASE WHEN own.place THEN device.longitude ELSE farm.longitude END)::float8,
       own.place,
       CASE WHEN device.state != 'active' THEN 'off'
            WHEN EXISTS (SELECT 1 FROM iot_alert AS alert
                          WHERE alert.device_id = device.id AND alert.is_open)
            THEN 'alarm'
            WHEN live.is_online THEN 'online'
            ELSE 'offline' END
  FROM iot_device AS device
  LEFT JOIN farm_farm AS farm ON farm.id = device.farm_id
  LEFT JOIN iot_device_state AS live ON live.device_id = device.id,
       LATERAL (SELECT coalesce(device.latitude, 0) != 0
                       OR coalesce(device.longitude, 0) != 0 AS place) AS own
 WHERE device.id IN %(devices)s
 ORDER BY device.name, device.id
"""
