from odoo import api, models
from odoo.tools import SQL

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT

from ..auth.token import SCOPE


class ResUsersApikeys(models.Model):
    """Keys for programs: of our scope they open this API, and no other."""

    _inherit = "res.users.apikeys"

    @api.model
    def _find_iot_user(self, key):
        """The id of whose key it is, or None.

        Odoo's own check takes a key of no scope for every scope.
        """
        # Raw SQL: the key is in no field.
        query = SQL(
            """
            SELECT apikey.user_id, apikey.key
              FROM res_users_apikeys AS apikey
              JOIN res_users AS usr ON usr.id = apikey.user_id
             WHERE usr.active AND NOT usr.share
               AND apikey.index = %s AND apikey.scope = %s
               AND (apikey.expiration_date IS NULL
                    OR apikey.expiration_date >= now() AT TIME ZONE 'utc')
            """,
            key[:INDEX_SIZE],
            SCOPE,
        )
        self.env.cr.execute(query)
        for user_id, hashed in self.env.cr.fetchall():
            if KEY_CRYPT_CONTEXT.verify(key, hashed):
                return user_id
        return None

    def _generate(self, scope, name, expiration_date):
        if scope is None and self.env.context.get("smartdairy_iot_scope"):
            scope = SCOPE
        return super()._generate(scope, name, expiration_date)
