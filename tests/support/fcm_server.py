"""Google on loopback: the add-on's stand-in, without the add-on, which needs Odoo."""

import configparser
import importlib.util
import json
from pathlib import Path
from urllib.parse import urlsplit

_ADDON = Path(__file__).parents[2] / "smartdairy_iot_mobile_api"
_spec = importlib.util.spec_from_file_location(
    "fcm_server", _ADDON / "tests" / "fcm_server.py"
)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
FcmServer = _module.FcmServer


def stand_in(odoo_conf):
    """Google, where the Odoo of that configuration looks for it."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(odoo_conf)
    account = json.loads(
        Path(parser["smartdairy_iot"]["fcm_service_account"]).read_text()
    )
    port = urlsplit(account["token_uri"]).port
    return FcmServer(account["private_key"], port)
