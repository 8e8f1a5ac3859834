"""What phones ask the mobile API, one at a time and twenty at once.

Each figure is the time from the request to the whole answer, with a token and a rate
limit that are checked each time. The clients are threads of this process, on the same
machine. Asked alone: one client, without a pause. Twenty clients: each asks once a
second, as an app that is looked at does. At full speed: twenty clients without a pause,
where a request mostly waits for its turn; that tells the throughput.
"""

import configparser
import json
import threading
import time
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlparse

import psycopg2

from ..alerts.percentile import percentile
from ..fleet import device_id
from ..shell import drive

CLIENTS = 20
ALONE, WARM = 30, 3  # requests of a single client
FILL = "from tests.benchmarks.api import readings; readings."
FIRST = 6_000_000
BASE = "/api/v1/iot"


def api(session):
    """500 devices with their readings; summary, list, chart, trends, and a mix."""
    options = session.options
    millions = options.api_rows
    call = f"{FILL}make(env, {options.devices}, {round(millions * 1_000_000)})"
    session.figures |= drive(session, "api", call)
    settle(session.dsn)
    try:
        phones = Phones(session.environment)
        for name, path in questions(options.devices).items():
            measure(session, phones, name, path)
    finally:
        # Servers of ours are removed as a whole.
        if not (options.api_keep or session.environment.is_ours):
            drive(session, "api", f"{FILL}remove(env)")


def settle(dsn):
    """What autovacuum has done to tables that were not filled all at once."""
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute("VACUUM ANALYZE temperature_readings")
            cr.execute("VACUUM ANALYZE temperature_quarter_hourly")


def workers_of(odoo_conf):
    """How many processes answer; the threaded server is one."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(odoo_conf)
    return max(1, parser.getint("options", "workers", fallback=0))


def questions(devices):
    """``{name: path of a number}``: not always the same device."""

    def of_device(template):
        return lambda n: template.format(device_id(FIRST + n * 7 % devices))

    return {
        "summary": lambda _n: "/dashboard/summary",
        "devices": lambda _n: "/devices",
        "chart": of_device("/dashboard/temperature/chart?period=24h&device_id={}"),
        "trends": of_device("/analytics/temperature/trends?days=90&device_ids={}"),
    }


def measure(session, phones, name, path):
    """Alone, then with nineteen others."""
    alone = phones.ask(path, 1, requests=WARM + ALONE)[0][WARM:]
    span = session.options.load_seconds
    paced, _seconds = phones.ask_together(path, CLIENTS, span, pause=1.0)
    took, seconds = phones.ask_together(path, CLIENTS, span)
    per_s = len(took) / seconds
    workers = workers_of(session.environment.odoo_conf)
    figures = {
        f"api_{name}_p95_ms": percentile(alone, 95),
        f"api_{name}_{CLIENTS}_p95_ms": percentile(paced, 95),
        f"api_{name}_per_s": per_s / workers,
    }
    session.figures |= figures
    print(
        f"api, {name}: alone p50 {percentile(alone, 50):.0f} ms,"
        f" p95 {percentile(alone, 95):.0f} ms; {CLIENTS} clients once a second"
        f" p50 {percentile(paced, 50):.0f} ms, p95 {percentile(paced, 95):.0f} ms;"
        f" at full speed p95 {percentile(took, 95):.0f} ms,"
        f" {per_s:.0f} requests/s of {workers} worker(s)",
        flush=True,
    )


class Phones:
    """Signed in once; each thread has a connection of its own."""

    def __init__(self, environment):
        self._host = urlparse(environment.odoo_url).netloc
        login = {"login": environment.odoo_login, "password": environment.odoo_password}
        connection = HTTPConnection(self._host, timeout=60)
        json_type = {"Content-Type": "application/json"}
        connection.request("POST", f"{BASE}/auth/login", json.dumps(login), json_type)
        answer = json.load(connection.getresponse())
        token = answer["tokens"]["accessToken"]
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept-Encoding": "gzip",
        }

    def ask_together(self, path, clients, seconds, pause=None):
        """:param pause: seconds from one request of a client to its next
        :return: ``(milliseconds of all, seconds)``"""
        found, lock = [], threading.Lock()
        until = time.perf_counter() + seconds

        def work(number):
            # Not all in the same moment.
            time.sleep((pause or 0) * number / clients)
            took, _seconds = self.ask(path, number, until=until, pause=pause)
            with lock:
                found.extend(took)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(clients)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found, time.perf_counter() - started

    def ask(self, path, first, requests=None, until=None, pause=None):
        """One client: so many requests, or until then."""
        connection = HTTPConnection(self._host, timeout=60)
        took, started, number = [], time.perf_counter(), first
        while len(took) < requests if requests else time.perf_counter() < until:
            number += 1
            asked = time.perf_counter()
            connection.request("GET", BASE + path(number), headers=self._headers)
            response = connection.getresponse()
            body = response.read()
            took.append(1000 * (time.perf_counter() - asked))
            if response.status != 200:
                raise SystemExit(f"api: {response.status} {body[:200]}")
            if pause:
                time.sleep(max(0.0, asked + pause - time.perf_counter()))
        connection.close()
        return took, time.perf_counter() - started
