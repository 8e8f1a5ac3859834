from . import archive
from . import claim
from . import onboarding
from . import firmware
from . import credentials
from . import watch
