"""Google on loopback: the add-on's stand-in, without the add-on, which needs Odoo."""

import importlib.util
from pathlib import Path

_ADDON = Path(__file__).parents[2] / "smartdairy_iot_mobile_api"
_spec = importlib.util.spec_from_file_location(
    "fcm_server", _ADDON / "tests" / "fcm_server.py"
)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
FcmServer = _module.FcmServer
make_key = _module.make_key
verify = _module.verify
