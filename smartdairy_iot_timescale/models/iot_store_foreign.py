import logging

import psycopg2

from odoo import models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

_SET_UP = "docker/timescaledb/foreign.sql"


class IotStore(models.AbstractModel):
    """Names from here beside readings from there, for SQL: foreign tables.

    Only where the database's set-up has made the server, which needs a superuser. Odoo
    itself reads through its own connection (docs/operations.md says why).
    """

    _inherit = "iot.store"

    def init(self):
        super().init()
        self._refresh_foreign()

    def _refresh_foreign(self):
        """The foreign tables as the store's are now, and the names to join them with.

        :return: whether there are any; a failure is logged, and stops no upgrade
        """
        # Raw SQL, here and below: a schema that is no model's.
        self.env.cr.execute(SQL(_THERE))
        if not self.env.cr.rowcount:
            return False
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    SQL("SELECT readings.refresh()"), log_exceptions=False
                )
                self.env.cr.execute(SQL(_DEVICES), log_exceptions=False)
        except psycopg2.Error as error:
            said = str(error).strip().partition("\n")[0]
            _logger.warning(
                "The foreign tables in the schema readings are as before: %s. To do: "
                "correct it, then run %s and upgrade the add-on again",
                said,
                _SET_UP,
            )
            return False
        return True


_THERE = """
SELECT 1 FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
 WHERE nspname = 'readings' AND proname = 'refresh' AND pronargs = 0
   AND has_schema_privilege(pg_namespace.oid, 'CREATE')
   AND has_function_privilege(pg_proc.oid, 'EXECUTE')
"""
# Columns are only added, at the end: people build upon it.
_DEVICES = """
CREATE OR REPLACE VIEW readings.devices AS
SELECT device.device_id, device.name AS device, device.device_type, device.state,
       device.serial_number, farm.name AS farm, farm.code AS farm_code,
       farm.tz AS farm_tz, tank.name AS tank, stall.name AS stall,
       company.name AS company
  FROM public.iot_device AS device
  LEFT JOIN public.farm_farm AS farm ON farm.id = device.farm_id
  LEFT JOIN public.farm_tank AS tank ON tank.id = device.tank_id
  LEFT JOIN public.farm_stall AS stall ON stall.id = device.stall_id
  LEFT JOIN public.res_company AS company ON company.id = device.company_id;
GRANT SELECT ON readings.devices TO analyst
"""
