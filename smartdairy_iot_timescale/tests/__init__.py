from . import test_connection
from . import test_sensor_reading
from . import test_store
from . import test_store_packing
from . import test_store_retention
from . import test_store_rollup
