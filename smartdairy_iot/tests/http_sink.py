"""An HTTP server on loopback that keeps what it is sent, and answers as it is told."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Received(NamedTuple):
    method: str
    path: str
    headers: dict
    body: bytes


class HttpSink:
    """
    :ivar received: list of :class:`Received`, in the order in which they came
    :ivar answers: ``(status, headers, body)`` for the next requests, one each; the last
        one stays
    :ivar delay: seconds before it answers
    :ivar hangs_up: it closes the connection instead of an answer
    """

    def __init__(self):
        self.received = []
        self.answers = [(200, {}, b"")]
        self.delay = 0.0
        self.hangs_up = False
        self.drips = 0.0  # seconds between two bytes of an answer
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, status, body=b"", **headers):
        """From now on; ``Retry_After=5`` is the header ``Retry-After``."""
        headers = {name.replace("_", "-"): str(v) for name, v in headers.items()}
        self.answers = [(status, headers, body)]

    def close(self):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(sink):  # noqa: N805 - `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                sink.received.append(
                    Received(self.command, self.path, dict(self.headers), body)
                )
                sink._closing.wait(sink.delay)
                if sink.hangs_up:
                    self.close_connection = True
                    return
                status, headers, body = sink.answers[0]
                if len(sink.answers) > 1:
                    del sink.answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                for part in _parts(body, 1 if sink.drips else len(body)):
                    if sink._closing.wait(sink.drips):
                        return
                    self.wfile.write(part)

            do_GET = do_PUT = do_POST

            def log_message(self, *_args):
                """Silent."""

        return Handler


def _parts(body, size):
    return [body[i : i + size] for i in range(0, len(body), size)] if body else []


class BlackHole:
    """Takes connections and never says a word, as a host behind a broken link."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._socket.close()


def closed_port():
    """A port at which nobody listens."""
    with BlackHole() as hole:
        return hole.port


def seconds_of(action):
    """:return: what it returned, and how long it took"""
    started = time.monotonic()
    result = action()
    return result, time.monotonic() - started
