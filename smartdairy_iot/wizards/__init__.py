from . import iot_discovered_device_register
from . import iot_discovered_device_register_batch
from . import iot_webhook_secret
from . import iot_alert_acknowledge
from . import iot_alert_assign
from . import iot_alert_dismiss
from . import iot_threshold_trial
