"""Many browsers' websockets at once: what they receive."""

import contextlib
import json
import select
import threading

import websocket


class Clients(threading.Thread):
    """So many connections that watch one farm, all read by one thread.

    :ivar received: bytes of the messages of each
    :ivar messages: how many came to each
    :ivar dropped: how many the server has closed
    """

    def __init__(self, url, session_id, farm, how_many):
        super().__init__(daemon=True)
        self.received, self.messages = [0] * how_many, [0] * how_many
        self.dropped = 0
        self._stopping = threading.Event()
        self._url, self._session_id, self._farm = url, session_id, farm
        self._sockets = {}

    def __enter__(self):
        self.start()  # first: who is not read at once, the server waits for
        for number in range(len(self.received)):
            self._connect(number)
        return self

    def _connect(self, number):
        connection = websocket.create_connection(
            self._url.replace("http", "ws", 1) + "/websocket",
            cookie=f"session_id={self._session_id}",
            origin=self._url,
            timeout=60,  # fifty handshakes on a busy machine
            skip_utf8_validation=True,  # in Python, byte by byte
        )
        subscription = {"channels": [f"farm.farm_{self._farm}"], "last": 0}
        message = {"event_name": "subscribe", "data": subscription}
        connection.send(json.dumps(message))
        self._sockets[connection.sock] = number, connection

    def run(self):
        """Read until stopped."""
        while not self._stopping.is_set():
            for ready in select.select(list(self._sockets), [], [], 0.2)[0]:
                number, connection = self._sockets[ready]
                text = connection.recv()
                if not text:  # closed by the server
                    del self._sockets[ready]
                    self.dropped += 1
                    continue
                self.received[number] += len(text)
                self.messages[number] += 1

    def __exit__(self, *_error):
        self._stopping.set()
        self.join()
        for _number, connection in self._sockets.values():
            with contextlib.suppress(OSError, websocket.WebSocketException):
                connection.close()
