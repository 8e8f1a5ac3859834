"""The faults of the soak: each leaves all servers running, and says what it did."""

import os
import signal
from dataclasses import dataclass

from stack.broker import Broker
from stack.postgres import Postgres

from tests.support.faults import kill_9, locked_store, start_postgres
from tests.support.proxy import Proxy
from tests.support.servers import OdooHost
from tests.support.waiting import wait_until

BACKENDS = """
SELECT pid FROM pg_stat_activity
 WHERE usename = 'odoo' AND backend_type = 'client backend'
"""


@dataclass
class Site:
    """The servers, the network between them, and who chooses the moments."""

    host: OdooHost
    broker: Broker
    postgres: Postgres
    proxy: Proxy  # between listener and broker
    load: object
    dice: object

    def start_odoo(self):
        """A listener of its own process, whose broker is behind the proxy."""
        port = self.proxy.port
        self.host.start(workers=1, mqtt_port=port, mqtt_keepalive=5)
        self.wait_for_listener()

    def wait_for_listener(self):
        """Return the process that listens."""
        return self.host.wait_for_listeners(port=self.proxy.port)[0]

    def pause(self, least, most):
        """Let so many messages be published: a moment that the line does not know."""
        self.load.wait_for(self.dice.randint(least, most))


def kill_listener(site):
    victim = site.wait_for_listener()
    os.kill(victim.pid, signal.SIGKILL)
    wait_until(lambda: not victim.is_running(), "the listener is gone")
    site.wait_for_listener()


def kill_odoo(site):
    site.host.kill()
    site.pause(1, 1000)
    site.start_odoo()


def restart_odoo(site):
    site.host.stop()
    site.start_odoo()


def kill_postgres(site):
    kill_9(site.postgres.daemon)
    site.pause(100, 3000)
    start_postgres(site.postgres)


def stop_postgres(site):
    site.postgres.daemon.stop()
    site.pause(100, 6000)
    start_postgres(site.postgres)


def kill_backend(site):
    """The postmaster then ends all the others, and recovers."""
    victims = wait_until(
        lambda: site.postgres.sql(BACKENDS).split(), "connections of Odoo's"
    )
    os.kill(int(site.dice.choice(victims)), signal.SIGKILL)


def kill_broker(site):
    kill_9(site.broker.daemon)
    site.pause(1, 600)
    site.broker.start()


def restart_broker(site):
    site.broker.daemon.stop()
    site.broker.start()


def cut_network(site):
    site.proxy.refuse()
    site.pause(1, 3000)
    site.proxy.forward()


def hold_network(site):
    """Half open: only the missing answer to a ping tells."""
    before = site.proxy.forwarded
    site.proxy.hold()
    wait_until(lambda: site.proxy.forwarded > before, "it connects anew", 60)


def lose_acks(site):
    """What is stored is delivered once more."""
    site.proxy.hold(from_server=False)
    site.pause(100, 600)
    site.proxy.reset()


def lock_store(site):
    """As by a careless ALTER TABLE, or a disk that does not answer."""
    with locked_store():
        site.pause(300, 3000)


# Those that replace the listener: then nothing is known of how its memory grows.
REPLACING = {
    "kill -9 of the listener": kill_listener,
    "kill -9 of Odoo": kill_odoo,
    "restart of Odoo": restart_odoo,
}
OTHERS = {
    "kill -9 of PostgreSQL": kill_postgres,
    "PostgreSQL stopped and started": stop_postgres,
    "kill -9 of a PostgreSQL backend": kill_backend,
    "kill -9 of the broker": kill_broker,
    "restart of the broker": restart_broker,
    "network cut": cut_network,
    "network silent, half open": hold_network,
    "acknowledgements lost": lose_acks,
    "store locked": lock_store,
}
