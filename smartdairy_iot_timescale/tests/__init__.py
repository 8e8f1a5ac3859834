from . import test_away
from . import test_connection
from . import test_move
from . import test_move_rollup
from . import test_schema
from . import test_store
from . import test_store_retention
from . import test_store_rollup
