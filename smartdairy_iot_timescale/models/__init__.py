from . import iot_store
from . import iot_store_retention
from . import iot_store_rollup
from . import iot_store_status
from . import iot_store_transfer
from . import iot_store_transfer_rollup
from . import iot_store_move
from . import res_config_settings
