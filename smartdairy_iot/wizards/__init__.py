from . import iot_discovered_device_register
from . import iot_discovered_device_register_batch
from . import iot_webhook_secret
