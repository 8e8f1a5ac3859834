"""The benchmark's devices in Odoo, made as the web client would make them."""

import json
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

from .loadgen import device_id

FARM_CODE = "BENCH"
QUIET = {"context": {"tracking_disable": True, "active_test": False}}


class OdooDevices:
    """Registers `BENCH-…` devices on a farm of their own, and takes them away."""

    def __init__(self, environment):
        self._url = environment.odoo_url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        credentials = {
            "db": environment.odoo_db,
            "login": environment.odoo_login,
            "password": environment.odoo_password,
        }
        self._post("/web/session/authenticate", credentials)

    def _post(self, path, params):
        request = urllib.request.Request(
            self._url + path,
            json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=60) as response:
                answer = json.load(response)
        except urllib.error.URLError as error:
            raise SystemExit(f"no Odoo answers at {self._url}: {error}") from None
        if "error" in answer:
            raise SystemExit(f"Odoo: {answer['error']['data']['message']}")
        return answer["result"]

    def call(self, model, method, *arguments, **keywords):
        """Call a model's method."""
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {
                "model": model,
                "method": method,
                "args": arguments,
                "kwargs": {**QUIET, **keywords},
            },
        )

    def uses_timescale(self):
        """Whether the readings go to TIMESCALE_DSN instead of Odoo's own database."""
        name = ["name", "=", "smartdairy_iot_timescale"]
        domain = [name, ["state", "=", "installed"]]
        return bool(self.call("ir.module.module", "search_count", domain))

    def register(self, count):
        """So many active temperature sensors."""
        self.remove()
        farm = self.call("farm.farm", "create", {"name": "Bench", "code": FARM_CODE})
        devices = [
            {
                "name": device_id(number),
                "device_id": device_id(number),
                "device_type": "temperature",
                "farm_id": farm,
                "state": "active",
            }
            for number in range(count)
        ]
        self.call("iot.device", "create", devices)

    def remove(self):
        """Nothing of the benchmark stays in Odoo."""
        of_bench = [["device_id", "=like", "BENCH-%"]]
        if devices := self.call("iot.device", "search", of_bench):
            self.call("iot.device", "unlink", devices)
        of_farm = [["code", "=", FARM_CODE]]
        if farms := self.call("farm.farm", "search", of_farm):
            self.call("farm.farm", "unlink", farms)
