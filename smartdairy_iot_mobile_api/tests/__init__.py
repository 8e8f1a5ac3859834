from . import test_alerts
from . import test_auth
from . import test_authentication
from . import test_dashboard
from . import test_devices
from . import test_errors
