from . import archive
from . import kiosk
from . import claim
from . import onboarding
from . import firmware
from . import credentials
from . import export
from . import watch
