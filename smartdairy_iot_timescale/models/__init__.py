from . import iot_store
from . import iot_store_packing
from . import iot_store_retention
from . import iot_store_rollup
