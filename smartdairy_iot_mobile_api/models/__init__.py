from . import farm_farm
from . import ir_http
from . import iot_device
from . import iot_alert
