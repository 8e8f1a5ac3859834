from . import iot_app_pairing
from . import res_users_apikeys_description
