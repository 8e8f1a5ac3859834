from . import archive
from . import firmware
