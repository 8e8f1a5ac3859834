from . import iot_store
