"""PostgreSQL is away for a while: nothing is lost, and memory stays flat."""

import time

from .. import servers

RATE = 4_000  # in the outage more than the listener's buffer holds
BEFORE, AWAY, AFTER = 3.0, 10.0, 1.0  # seconds; stopping and starting takes one


def outage(session):
    """Stop the database under load, start it again, wait for the last reading."""
    times = {}
    servers.restart(session.environment, "odoo")  # its memory shows what is added
    session.wait_for_listener()

    def stop_and_start(running):
        time.sleep(BEFORE)
        times["stopped"] = time.time()
        servers.stop(session.environment, "postgres")
        time.sleep(AWAY)
        servers.start(session.environment, "postgres")
        times["back"] = time.time()
        session.rows.reconnect()

    measured = session.measure(
        "outage of PostgreSQL",
        meanwhile=stop_and_start,
        devices=session.options.devices,
        seconds=BEFORE + AWAY + AFTER,
        rate=RATE,
    )
    session.figures["outage_s"] = times["back"] - times["stopped"]
    settled = measured.finished - times["back"]
    session.figures["stored_after_outage_s"] = max(0.0, settled)
    session.figures["outage_rss_growth_mb"] = measured.rss_mb - measured.memory[0]
