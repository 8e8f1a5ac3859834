"""docker/nginx/nginx.conf: a real nginx in front of the Odoo of docker/odoo."""

import contextlib
import json
import select
import socket
import ssl
import time

import pytest
import requests
import websocket
from stack.settings import free_port

from tests.conftest import wait_until
from tests.deploy.places import DOCKER, HOST, RUN, listens, run, running
from tests.support.odoo import Odoo

NGINX = RUN / "nginx" / "usr" / "sbin" / "nginx"
PATIENCE = 5  # seconds; with those of nginx.conf a test would take twenty
SLOW = 200  # of each kind; one of Odoo's workers would be kept by one of them
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@pytest.fixture(scope="module")
def nginx(tmp_path_factory, certificates, entry):
    """Its address; what is changed is only where things are on this machine."""
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port(set())
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
    text = (DOCKER / "nginx" / "nginx.conf").read_text()
    for here, there in (
        ("http {\n", f"http {{ {temporary}\n"),
        ("/etc/nginx/mime.types", RUN / "nginx" / "etc" / "nginx" / "mime.types"),
        ("/var/run/nginx.pid", folder / "nginx.pid"),
        ("listen 443", f"listen {HOST}:{port}"),
        ("http2 on;", ""),  # said otherwise before nginx 1.25; Debian 12 has 1.22
        ("odoo:8069", f"{HOST}:{entry.http}"),
        ("odoo:8072", f"{HOST}:{entry.gevent}"),
        ("http://grafana:3000", f"http://{HOST}:{free_port({port})}"),
        ("/certificates/", f"{certificates[0]}/"),
        ("client_header_timeout 20s", f"client_header_timeout {PATIENCE}s"),
        ("client_body_timeout 20s", f"client_body_timeout {PATIENCE}s"),
    ):
        assert here in text, here
        text = text.replace(here, str(there))
    conf = folder / "nginx.conf"
    conf.write_text(text)
    run(NGINX, "-t", "-e", "stderr", "-c", conf)
    command = [NGINX, "-e", "stderr", "-c", conf, "-g", "daemon off;"]
    log = folder / "log"
    with running(command, log, listens(port), "nginx", writable=[folder]):
        yield f"https://localhost:{port}"


@pytest.fixture
def get(nginx, certificates):
    def get(path, **more):
        ca = certificates[0] / "ca.crt"
        return requests.get(nginx + path, verify=str(ca), timeout=60, **more)

    return get


def test_odoo_is_served_over_tls_and_browsers_are_told_to_stay_with_it(get):
    answer = get("/web/health")
    assert answer.json() == {"status": "pass"}
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert answer.headers["Server"] == "nginx", "without its version"


def test_monitoring_is_not_for_the_outside(get):
    assert get("/metrics").status_code == 404
    assert get("/iot/metrics").status_code == 404


def test_odoo_is_served_while_grafana_is_away(get):
    assert get("/grafana/").status_code == 502
    assert get("/web/health").ok


def test_a_websocket_goes_through_to_the_process_that_holds_them(
    nginx, entry, secrets, certificates
):
    password = (secrets / "odoo_admin_password").read_text()
    admin = Odoo(f"http://localhost:{entry.http}", "smartdairy", "admin", password)
    version = admin.session.get(f"{admin.url}/bus/websocket_worker_bundle", timeout=60)
    assert version.ok
    socket = websocket.create_connection(
        nginx.replace("https", "wss") + "/websocket",
        origin=nginx,
        cookie=f"session_id={admin.session_id}",
        sslopt={"ca_certs": str(certificates[0] / "ca.crt")},
        timeout=60,
    )
    try:
        assert socket.getstatus() == 101
        subscribe = {"channels": ["deploy_test"], "last": 0}
        socket.send(json.dumps({"event_name": "subscribe", "data": subscribe}))
        socket.ping(b"there?")
        opcode, frame = socket.recv_data_frame(control_frame=True)
        assert opcode == websocket.ABNF.OPCODE_PONG and frame.data == b"there?"
    finally:
        socket.close()


def test_who_guesses_passwords_is_slowed_down_and_others_are_not(get):
    answers, began = [], time.monotonic()

    def is_refused():
        answers.append(get("/web/login").status_code)
        return answers[-1] == 503

    wait_until(is_refused, "no more of them", seen=lambda: answers)
    let_in = 11 + (time.monotonic() - began) / 6  # at once, and ten a minute
    assert answers[0] == 200 and len(answers) <= let_in + 2
    assert get("/web/health").ok


@contextlib.contextmanager
def slow_clients(nginx, certificates, count, words):
    """Connections that have said ``words`` over TLS, and wait; without words, not even
    TLS."""
    port = int(nginx.rpartition(":")[2])
    context = ssl.create_default_context(cafile=certificates[0] / "ca.crt")
    with contextlib.ExitStack() as opened:
        clients = []
        for _number in range(count):
            client = opened.enter_context(socket.create_connection((HOST, port), 60))
            if words:
                client = context.wrap_socket(client, server_hostname="localhost")
                opened.enter_context(client)
                client.sendall(words)
            clients.append(client)
        yield clients


HEADERS = b"GET /web/health HTTP/1.1\r\nHost: localhost\r\nX-A: "
BODY = (
    b"POST /web/never-said HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
)


@pytest.mark.parametrize(
    ("words", "count"),
    # The bodies are counted by limit_conn, 100 of an address.
    [(b"", SLOW), (HEADERS, SLOW), (BODY, 90)],
    ids=["silence", "headers without an end", "bodies without an end"],
)
def test_slow_clients_keep_nobody_out_and_are_hung_up_on(
    nginx, certificates, entry, get, words, count
):
    """Odoo has one worker here, and never hears of them."""
    with slow_clients(nginx, certificates, count, words) as clients:
        began = time.monotonic()
        for _request in range(5):
            assert get("/web/health").ok
        assert time.monotonic() - began < PATIENCE, "honest ones do not wait for them"
        ended, deadline = set(), time.monotonic() + 60
        while len(ended) < count and time.monotonic() < deadline:
            # One more byte of the headers now and then wins no time.
            if words == HEADERS:
                trickle(set(clients) - ended)
            waiting = [client for client in clients if client not in ended]
            for client in select.select(waiting, [], [], 0.5)[0]:
                if has_ended(client):
                    ended.add(client)
        assert len(ended) == count, "nginx hangs up"
    assert "/web/never-said" not in (entry.folder / "log").read_text()


def trickle(clients):
    for client in clients:
        with contextlib.suppress(OSError):
            client.sendall(b"a")


def has_ended(client):
    """Whether nginx has closed it, perhaps after it said 408."""
    try:
        return not client.recv(4096)
    except ssl.SSLWantReadError:
        return False
    except OSError:
        return True


def test_more_requests_of_one_address_than_allowed_are_refused(
    nginx, certificates, get
):
    with contextlib.ExitStack() as opened:
        clients = []
        for _part in range(5):  # those who say something are not hung up on
            some = slow_clients(nginx, certificates, 21, BODY)
            clients += opened.enter_context(some)
            trickle(clients)
        assert get("/web/health").status_code == 503
    wait_until(lambda: get("/web/health").ok, "they are gone")
