"""Firmware files, fetched beside the fleet's one thread."""

import hashlib
import http.client
import queue
import urllib.request
from concurrent.futures import ThreadPoolExecutor

TIMEOUT = 20
AT_ONCE = 4


class Downloads:
    """Fetch and check; what has ended is asked for."""

    def __init__(self):
        self._pool = ThreadPoolExecutor(AT_ONCE, "download")
        self._ended = queue.SimpleQueue()
        self._running = set()

    def start(self, name, topic, reference, offer):
        """Once for each device and offer."""
        if (name, offer["url"]) in self._running:
            return
        self._running.add((name, offer["url"]))
        self._pool.submit(self._fetch, name, topic, reference, offer)

    def finished(self):
        """Yield `(name, topic, hash, version, problem)`; no problem: it runs now."""
        while not self._ended.empty():
            yield self._ended.get()

    def _fetch(self, name, topic, reference, offer):
        try:
            problem = _check(offer)
        except (OSError, ValueError, http.client.HTTPException) as error:
            problem = str(error) or repr(error)
        self._running.discard((name, offer["url"]))
        self._ended.put((name, topic, reference, offer["version"], problem))


def _check(offer):
    if not offer["url"].startswith(("http://", "https://")):
        return "no URL of a file"
    digest = hashlib.sha256()
    with urllib.request.urlopen(offer["url"], timeout=TIMEOUT) as answer:  # noqa: S310
        while part := answer.read(65536):
            digest.update(part)
    return "" if digest.hexdigest() == offer["sha256"] else "wrong checksum"
