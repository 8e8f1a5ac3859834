from . import controllers
from . import models
from . import wizards


def uninstall_hook(env):
    # Raw SQL: the table is not the ORM's.
    env.cr.execute("DROP TABLE IF EXISTS iot_app_limit")
