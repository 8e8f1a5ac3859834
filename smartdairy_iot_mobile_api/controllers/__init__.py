from . import fallback
from . import v1_auth
from . import v1_push
from . import v1_devices
from . import v1_alerts
from . import v1_dashboard
