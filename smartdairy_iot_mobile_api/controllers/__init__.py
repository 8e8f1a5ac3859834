from . import fallback
from . import v1_devices
from . import v1_config
from . import v1_alerts
from . import v1_dashboard
from . import v1_analytics
from . import v1_preferences
from . import documents
