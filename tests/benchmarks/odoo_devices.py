"""The benchmark's devices in Odoo, made as the web client would make them."""

import json
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

from .fleet import CHILD, GATEWAY, children, device_id

FARM_CODE = "BENCH"
TIMEOUT = 100  # seconds; Odoo itself gives up after 120
CHUNK = 2_500
QUIET = {"context": {"tracking_disable": True, "active_test": False}}


class OdooDevices:
    """Registers `BENCH-…` devices on a farm of their own, and takes them away."""

    def __init__(self, environment):
        self._url = environment.odoo_url
        self.farms = 1  # on which they stand by turns
        self._farm_ids = {}
        self._cookies = CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self._cookies)
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
            with self._opener.open(request, timeout=TIMEOUT) as response:
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

    def download(self, path):
        """A file's bytes."""
        with self._opener.open(self._url + path, timeout=TIMEOUT) as response:
            return response.read()

    @property
    def session_id(self):
        """For whoever speaks to Odoo as the same user, such as a websocket."""
        return next(c.value for c in self._cookies if c.name == "session_id")

    def uses_timescale(self):
        """Whether the readings go to TIMESCALE_DSN instead of Odoo's own database."""
        name = ["name", "=", "smartdairy_iot_timescale"]
        domain = [name, ["state", "=", "installed"]]
        return bool(self.call("ir.module.module", "search_count", domain))

    def register(self, kind, numbers):
        """Active devices of a kind with these numbers.

        :return: ``{number: record id}``
        """
        return self._create(kind.device_type, numbers, lambda number: False)

    def register_gateways(self, how_many):
        """So many gateways, each with its children."""
        gateways = self.register(GATEWAY, GATEWAY.numbers(how_many))
        parents = {child: gateways[gw] for gw in gateways for child in children(gw)}
        self._create(CHILD.device_type, parents, parents.get)

    def _create(self, device_type, numbers, gateway_of):
        made = {}
        numbers = list(numbers)
        for start in range(0, len(numbers), CHUNK):
            chunk = numbers[start : start + CHUNK]
            values = [
                {
                    "name": device_id(number),
                    "device_id": device_id(number),
                    "device_type": device_type,
                    "farm_id": self.farm(number % self.farms),
                    "gateway_id": gateway_of(number),
                    "state": "active",
                }
                for number in chunk
            ]
            ids = self.call("iot.device", "create", values)
            made.update(zip(chunk, ids, strict=True))
        return made

    def farm(self, place=0):
        """Record id of the benchmark's farm, or of one of several."""
        if place not in self._farm_ids:
            values = {"name": f"Bench {place}", "code": f"{FARM_CODE}{place or ''}"}
            self._farm_ids[place] = self.call("farm.farm", "create", values)
        return self._farm_ids[place]

    def remove(self):
        """Nothing of the benchmark stays in Odoo, but devices that had alerts."""
        of_bench = [["device_id", "=like", "BENCH-%"]]
        without = [*of_bench, ["alert_ids", "=", False]]
        while devices := self.call("iot.device", "search", without, limit=CHUNK):
            self.call("iot.device", "unlink", devices)
        for device in self.call("iot.device", "search", of_bench):
            values = {"device_id": f"OLD-BENCH-{device}", "state": "retired"}
            self.call("iot.device", "write", [device], values)
        of_farm = [["code", "=like", f"{FARM_CODE}%"]]
        if farms := self.call("farm.farm", "search", of_farm):
            self.call("farm.farm", "unlink", farms)
        self._farm_ids = {}
