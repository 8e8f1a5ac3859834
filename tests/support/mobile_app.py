"""The mobile app, as far as the tests need it: one that is signed in, on one phone."""

import json

import requests
import websocket

BASE = "/api/v1/iot"


class MobileApp:
    """Its calls, with its token."""

    def __init__(self, url, login, password):
        self.url = url
        self.token = None
        device = {"name": "Test phone", "platform": "android"}
        body = {"login": login, "password": password, "device": device}
        self.token = self.call("POST", "/auth/login", json=body)["tokens"][
            "accessToken"
        ]

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def call(self, method, path, **options):
        """The answer's JSON, None if it has none; fails if it is an error."""
        answer = requests.request(
            method, self.url + BASE + path, headers=self.headers, timeout=60, **options
        )
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def sign_out(self):
        """Whether or not its token still counts."""
        requests.post(f"{self.url}{BASE}/auth/logout", headers=self.headers, timeout=60)

    def listen(self, *channels):
        """A connection, without a cookie, as an app has none."""
        connection = websocket.create_connection(
            self.url.replace("http", "ws", 1) + "/websocket",
            origin=self.url,
            timeout=60,
        )
        asked = {
            "channels": [f"smartdairy_iot.token:{self.token}", *channels],
            "last": 0,
        }
        connection.send(json.dumps({"event_name": "subscribe", "data": asked}))
        return connection
