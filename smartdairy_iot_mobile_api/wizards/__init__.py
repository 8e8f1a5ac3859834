from . import iot_app_pairing
