"""What a user who is logged in hears over the websocket, and when."""

import json
import threading
import time

import websocket

TIMEOUT = 0.5


class Ears(threading.Thread):
    """Notes when each device was first told of.

    :ivar alerts: device id → seconds since the epoch, as the farm's channel has it
    :ivar notifications: the same of what is told to this very user
    :ivar messages: how many of both came, by their type
    """

    def __init__(self, environment, session_id, channels):
        super().__init__(daemon=True)
        self.alerts, self.notifications = {}, {}
        self.messages = {"smartdairy_iot/alert": 0, "smartdairy_iot/notification": 0}
        self._socket = websocket.create_connection(
            environment.odoo_url.replace("http", "ws", 1) + "/websocket",
            cookie=f"session_id={session_id}",
            origin=environment.odoo_url,
            timeout=TIMEOUT,
        )
        subscription = {"channels": channels, "last": 0}
        message = {"event_name": "subscribe", "data": subscription}
        self._socket.send(json.dumps(message))
        self._stopping = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def run(self):
        """Listen until stopped."""
        while not self._stopping.is_set():
            try:
                text = self._socket.recv()
            except websocket.WebSocketTimeoutException:
                continue
            now = time.time()
            for notification in json.loads(text):
                self._note(notification["message"], now)

    def _note(self, message, now):
        if message["type"] not in self.messages:
            return
        self.messages[message["type"]] += 1
        is_own = message["type"] == "smartdairy_iot/notification"
        told = self.notifications if is_own else self.alerts
        if alert := message["payload"]["alert"]:  # a digest has none
            told.setdefault(alert["device_id"], now)

    def __exit__(self, *_error):
        self._stopping.set()
        self.join()
        self._socket.close()
