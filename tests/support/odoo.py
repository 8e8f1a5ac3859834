"""Odoo's web client protocol, as far as the tests need it."""

import requests

from tests.support.waiting import wait_until


class Odoo:
    """A logged-in session."""

    def __init__(self, url, database, login, password):
        self.url = url
        self.login = login
        self.session = requests.Session()
        self._rpc(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )

    @property
    def session_id(self):
        return self.session.cookies["session_id"]

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._rpc(f"/web/dataset/call_kw/{model}/{method}", params)

    def create(self, model, values):
        return self.call(model, "create", [values])[0]

    def search_read(self, model, domain, fields):
        return self.call(model, "search_read", domain, fields=fields)

    def _rpc(self, path, params):
        body = {"jsonrpc": "2.0", "params": params}
        answer = self.session.post(self.url + path, json=body, timeout=180).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer.get("result")


def run_job(odoo, job):
    """A scheduled action, now; where the scheduler runs it already, once more after it.

    :param job: record id
    """

    def runs():
        try:
            return odoo.call("ir.cron", "method_direct_trigger", [job]) or True
        except RuntimeError as error:
            if "already executing" not in str(error):
                raise
            return False

    wait_until(runs, f"the scheduled action {job} is not at work")
