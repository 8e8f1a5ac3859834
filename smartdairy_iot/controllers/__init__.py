from . import archive
from . import credentials
