from . import test_location
