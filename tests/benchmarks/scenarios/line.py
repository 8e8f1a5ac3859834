"""The whole line: from publish to the last row."""

import statistics

from ..fleet import CHILDREN, TEMPERATURE, mixed
from ..visibility import VisibilityPoller

SAMPLE_EVERY = 10  # devices; their messages are spread evenly over the load
LATENCY_RATE = 2_000
GATEWAYS = 20
GATEWAY_RATE = 2_000  # messages/s offered: 100,000 readings
BIT_MORE = 1.15  # than it took in the trial


def latency(session):
    """Publish → visible in the database at a fixed rate."""
    options = session.options
    numbers = TEMPERATURE.numbers(options.devices)[::SAMPLE_EVERY]
    with VisibilityPoller(session.dsn, numbers) as poller:
        measured = session.measure(
            "latency",
            devices=options.devices,
            seconds=options.load_seconds,
            rate=LATENCY_RATE,
        )
    took = poller.latencies_ms(measured.acked)
    cuts = statistics.quantiles(took, n=100)
    print(f"latency: {len(took):,} readings of {len(numbers)} devices looked at")
    session.figures["publish_to_commit_p50_ms"] = cuts[49]
    session.figures["publish_to_commit_p99_ms"] = cuts[98]


def sustained(session):
    """A minute of a bit more than a trial of some seconds could take."""
    options = session.options
    trial = session.measure(
        "trial",
        devices=options.devices,
        seconds=options.load_seconds / 2,
        rate=options.rate,
    )
    measured = session.measure(
        "sustained",
        devices=options.devices,
        seconds=options.seconds,
        rate=round(min(options.rate, BIT_MORE * trial.messages_per_s)),
    )
    session.figures["ingest_msgs_per_s"] = measured.messages_per_s


def mixed_traffic(session):
    """60 % temperature, 30 % milk meters, 10 % of all others."""
    options = session.options
    register(session, "mixed")
    measured = session.measure(
        "mixed",
        mix="mixed",
        devices=options.devices,
        seconds=options.load_seconds,
        rate=options.rate,
    )
    session.figures["mixed_msgs_per_s"] = measured.messages_per_s


def gateways(session):
    """Batches: one message with a reading of each child."""
    register(session, "gateways")
    measured = session.measure(
        f"gateways with {CHILDREN} children each",
        mix="gateways",
        devices=GATEWAYS,
        seconds=session.options.load_seconds,
        rate=GATEWAY_RATE,
    )
    session.figures["gateway_readings_per_s"] = measured.readings_per_s


def register(session, mix):
    """The devices of a mix beside the temperature sensors, once."""
    if mix in session.registered:
        return
    session.registered.add(mix)
    if mix == "gateways":
        session.odoo.register_gateways(GATEWAYS)
        session.wait_for_listener(mix, GATEWAYS, messages=GATEWAYS)
        return
    for kind, numbers in mixed(session.options.devices):
        if kind != TEMPERATURE:
            session.odoo.register(kind, numbers)
    session.wait_for_listener(mix, session.options.devices, messages=40)
