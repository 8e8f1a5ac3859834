"""A TCP proxy that fails on command: the network between listener and broker."""

import contextlib
import select
import socket
import struct
import threading

_CHUNK = 65536
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close() sends a reset


class Link:
    """One connection through the proxy, pumped by a thread of its own."""

    def __init__(self, client, server):
        self._client = client
        self._server = server
        self._is_forwarding = {client: True, server: True}  # what it has sent
        self._closed, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def hold(self, *, from_client=True, from_server=True):
        """Pass nothing on any more, and tell neither side."""
        self._is_forwarding[self._client] = not from_client
        self._is_forwarding[self._server] = not from_server
        with contextlib.suppress(OSError):  # it has ended by itself
            self._wake.send(b".")

    def reset(self):
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self._wake.close()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _pump(self):
        other = {self._client: self._server, self._server: self._client}
        with self._client, self._server, self._closed, self._wake:
            while True:
                reading = [end for end in other if self._is_forwarding[end]]
                ready = select.select([*reading, self._closed], [], [])[0]
                if self._closed in ready and not self._closed.recv(1):
                    return
                for end in ready:
                    if end in other and not self._pass_on(end, other[end]):
                        return

    @staticmethod
    def _pass_on(source, target):
        try:
            data = source.recv(_CHUNK)
            target.sendall(data)
        except OSError:
            return False
        return bool(data)


class Proxy:
    """Listens on a free loopback port and forwards to ``target``."""

    def __init__(self, target):
        self._target = target
        self._links = []
        self._is_refusing = False
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.forwarded = self.refused = 0  # connections
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A closed socket does not end accept(); a shut one does.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._take_links(Link.close)

    def hold(self, **directions):
        """The connections of now stay open, and silent; later ones are forwarded."""
        self._take_links(lambda link: link.hold(**directions), forget=False)

    def reset(self):
        """Reset the connections of now; later ones are forwarded."""
        self._take_links(Link.reset)

    def refuse(self):
        """Reset the connections of now, and every later one, until :meth:`forward`."""
        self._is_refusing = True
        self.reset()

    def forward(self):
        self._is_refusing = False

    def lead_to(self, target):
        """Later connections go there, as a balancer sends them to a node that lives."""
        self._target = target

    def _take_links(self, action, forget=True):
        links = list(self._links)
        if forget:
            self._links.clear()
        for link in links:
            action(link)

    def _accept(self):
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            if self._is_refusing:
                self.refused += 1
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                client.close()
                continue
            try:
                server = socket.create_connection(self._target, timeout=30)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self.forwarded += 1
            self._links.append(Link(client, server))
