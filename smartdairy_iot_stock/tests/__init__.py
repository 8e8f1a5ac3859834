from . import test_hold
from . import test_hold_access
from . import test_location
from . import test_trip
