import logging

_logger = logging.getLogger(__name__)


def uninstall_hook(env):
    """The readings are the dairy's history: the time-series database stays as it is."""
    _logger.info(
        "smartdairy_iot_timescale is uninstalled. Its time-series database was not "
        "touched; new readings go to the Odoo database from now on."
    )
