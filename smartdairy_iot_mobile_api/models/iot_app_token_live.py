from datetime import timedelta

from odoo import api, fields, models

from ..auth.token import ACCESS, hash_token

PROOF = "smartdairy_iot.proof:"
_KEY_COUNTS = timedelta(hours=1)  # then an app with an API key subscribes again


class IotAppToken(models.Model):
    """Tokens that a connection was opened with."""

    _inherit = "iot.app.token"

    @api.model
    def _find_listener(self, token, address):
        """:return: the user, in an environment of theirs, and the proof that they may
        listen; None and None: no token that counts
        """
        users = self.env["res.users"]
        if not token.startswith(ACCESS):
            caller = self._find_key_caller(token)
            until = int((fields.Datetime.now() + _KEY_COUNTS).timestamp())
            proof = caller and f"{PROOF}key:{caller.user_id}:{until}"
        else:
            caller = self._find_caller(token, address)
            found = self.search([("hashed", "=", hash_token(token))], limit=1)
            proof = f"{PROOF}token:{found.id}"
        if not caller:
            return None, None
        return users.with_user(caller.user_id).browse(caller.user_id), proof

    @api.model
    def _still_counts(self, proof, farm_ids):
        """:param farm_ids: of the farms that the connection hears of"""
        user = self._user_of(proof)
        if not user or not farm_ids:
            return bool(user)
        farms = user.with_user(user).env["farm.farm"]
        if not farms.has_access("read"):
            return False
        return farms.search_count([("id", "in", list(farm_ids))]) == len(farm_ids)

    @api.model
    def _user_of(self, proof):
        """:return: whose proof it is, nobody if it counts no longer"""
        kind, number, *until = proof.removeprefix(PROOF).split(":")
        now = fields.Datetime.now()
        users = self.env["res.users"]
        if kind == "key":
            is_over = int(until[0]) <= now.timestamp()
            return users if is_over else users.browse(int(number)).filtered("active")
        token = self.browse(int(number)).exists()
        if not token or token.expires_at <= now or not token.session_id._is_live():
            return users
        return token.session_id.user_id
