"""The same load from more and more devices."""

import time

from .. import servers
from ..fleet import TEMPERATURE

HEADER = (
    "| devices | registered in | messages/s stored | of the first | memory, highest |",
    "|---:|---:|---:|---:|---:|",
)


def scaling(session):
    """A table: rate and memory with 500, 5,000, 50,000 registered devices.

    Odoo is started anew before each: the memory is that of listening, not of what
    registering by JSON-RPC has left in the same process.
    """
    options = session.options
    lines, first, known = list(HEADER), None, options.devices
    for devices in options.scale:
        started = time.time()
        session.odoo.register(TEMPERATURE, range(known, devices))
        registered_in, new = time.time() - started, max(0, devices - known)
        known = max(known, devices)
        servers.restart(session.environment, "odoo")
        session.wait_for_listener()
        measured = session.measure(
            f"{devices:,} devices",
            devices=devices,
            seconds=options.load_seconds,
            rate=options.rate,
        )
        rate = measured.messages_per_s
        first = first or rate
        how_long = f"{registered_in:.0f} s ({new:,})" if new else "–"
        lines.append(
            f"| {devices:,} | {how_long} | {rate:,.0f} | {rate / first:.2f} |"
            f" {measured.rss_mb:.0f} MiB |"
        )
        session.figures[f"ingest_{devices}_devices_msgs_per_s"] = rate
        session.figures[f"listener_{devices}_devices_rss_mb"] = measured.rss_mb
    session.tables.append(lines)
