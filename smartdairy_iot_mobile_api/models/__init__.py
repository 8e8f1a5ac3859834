from . import farm_farm
from . import iot_device
from . import iot_alert
