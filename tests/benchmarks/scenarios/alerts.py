"""From a breach to the alert, and to whoever is told of it."""

from .. import servers
from ..alerts.breaches import breaches
from ..alerts.power_cut import power_cut
from ..shell import drive

SCRIPT = (
    "from tests.benchmarks.alerts.evaluation import main;"
    " main(env, {seconds}, {profile})"
)


def alerts(session):
    """The evaluation by itself, without a server; then both through the whole line.

    What had alerts cannot be deleted: all of it goes with the servers.
    """
    options = session.options
    session.rows.remove()
    session.odoo.remove()
    servers.stop(session.environment, "odoo")  # it would evaluate the same readings
    try:
        script = SCRIPT.format(seconds=options.seconds, profile=options.profile)
        session.figures |= drive(session, "alerts", script)
    finally:
        servers.start(session.environment, "odoo")
    breaches(session)
    power_cut(session)
