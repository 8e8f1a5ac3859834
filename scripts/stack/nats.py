"""A clustered MQTT broker, for tests only: three nodes of NATS with JetStream.

Mosquitto does not cluster. Debian's nats-server speaks MQTT 3.1.1; unpacked, never
installed: the package would start a server.
"""

import signal
import socket

from stack.packages import Archive, ensure_lists, install, libraries, unpack
from stack.process import Daemon, make_folder, service_environment
from stack.settings import HOST, RUN, Stack, free_port, write_private
from stack.stamps import Stamp

ROOT = RUN / "nats"
NODES = 3  # the fewest of which one may die
# PUBACK is sent when most of the nodes have the message: JetStream's replicas are as
# many as there are nodes, three at most. Packet numbers have 16 bits, and a filter that
# ends in # takes twice max_ack_pending of them: more, and the third one is refused.
CONFIGURATION = """\
server_name: "{name}"
listen: "{host}:{client}"
jetstream {{ store_dir: "{folder}", max_mem: 64MB, max_file: 1GB }}
cluster {{ name: "dairy", listen: "{host}:{route}", routes: [{routes}] }}
mqtt {{
  listen: "{host}:{mqtt}"
  max_ack_pending: 4000
  tls {{
    cert_file: "{certificates}/server.crt"
    key_file: "{certificates}/server.key"
    ca_file: "{certificates}/ca.crt"
    verify: true
  }}
}}
"""


def prepare() -> None:
    """Unpack the server."""
    stamp = Stamp("nats", "nats-server")
    if not stamp.is_current():
        ensure_lists()
        archives = Archive().download(["nats-server"])
        install(libraries(archives))
        unpack(archives, ROOT)
        stamp.set()


class Node:
    """One of the nodes."""

    def __init__(self, stack: Stack, name: str, ports: dict[str, int]):
        self.stack = stack
        self.name = name
        self.ports = ports
        self.folder = stack.folder / name
        self.daemon = Daemon(stack, name, stop_signal=signal.SIGTERM)

    def configure(self, routes: str) -> None:
        """Write its configuration."""
        make_folder(self.folder, 0o700)
        text = CONFIGURATION.format(
            name=self.name,
            host=HOST,
            folder=self.folder,
            routes=routes,
            certificates=self.stack.certificates,
            **self.ports,
        )
        write_private(self.folder / "nats.conf", text, self.stack.owner)

    def start(self) -> None:
        """Start it; it joins the others when it finds them."""
        program = ROOT / "usr/sbin/nats-server"
        self.daemon.start(
            [program, "-c", self.folder / "nats.conf"],
            env=service_environment(self.stack),
        )

    def accepts(self) -> bool:
        """Tell whether devices can connect; not before the cluster has a leader."""
        try:
            socket.create_connection((HOST, self.ports["mqtt"]), 1).close()
        except OSError:
            return False
        return True


class Cluster:
    """Three nodes of one stack."""

    def __init__(self, stack: Stack):
        taken = set(stack.ports.values())
        self.nodes = []
        for number in range(NODES):
            ports = {}
            for what in ("client", "route", "mqtt"):
                ports[what] = free_port(taken)
                taken.add(ports[what])
            self.nodes.append(Node(stack, f"nats{number}", ports))
        routes = ", ".join(
            f'"nats-route://{HOST}:{node.ports["route"]}"' for node in self.nodes
        )
        for node in self.nodes:
            node.configure(routes)

    def start(self) -> None:
        """Start all, and wait until each takes connections."""
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.daemon.wait_until(node.accepts, 30, "does not take connections")

    def stop(self) -> None:
        """Stop all."""
        for node in self.nodes:
            node.daemon.stop()
