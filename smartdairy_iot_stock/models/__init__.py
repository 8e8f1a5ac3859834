from . import iot_stock_located
from . import iot_device
from . import farm_tank
from . import stock_location
