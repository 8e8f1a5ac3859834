"""How much the line takes, beside a ceiling and a floor, in one run.

`python -m tests.benchmarks` (`make bench`) needs a running stack. It measures a bare
paho subscriber (the ceiling), the specification's consumer (the floor), then the
whole line: publish → committed at a fixed rate, and as many messages as it takes.
What the broker acknowledged is compared with the rows, one by one.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

from .environment import RESULTS, Environment
from .loadgen import device_id
from .odoo_devices import OdooDevices
from .processes import listener_pids, load, result_of, rss_mb, start, wait_until_ready
from .rows import Rows, VisibilityPoller

# The listener subscribes to smartdairy/{sensors,gateway,status}/# and does not hear it.
OTHER_TOPIC = "smartdairy/bench/temperature/{}/data"
SUBSCRIPTION = "smartdairy/bench/#"
SAMPLE_EVERY = 10  # devices; their messages are spread evenly over the load
PER_MESSAGE_RATE = 5000
SETTLE = 60.0
BUSY = 0.5  # load average before the start


def ceiling(environment, options):
    """A bare paho subscriber under the same load."""
    arguments = [*environment.broker_arguments(), f"--topic={SUBSCRIPTION}"]
    consumer = start("paho_ceiling", arguments, environment)
    wait_until_ready(consumer)
    summary, _ = load(
        environment,
        topic=OTHER_TOPIC,
        devices=options.devices,
        seconds=options.seconds,
        rate=options.ceiling_rate,
    )
    result = result_of(consumer)
    print(
        f"ceiling: {summary['published']} published in {summary['published_in']:.1f} s,"
        f" {result['received']} received in {result['seconds']:.1f} s"
    )
    under_load = result["received"] * summary["published_in"] / result["seconds"]
    warn_if_idle("ceiling", under_load, summary["published"])
    return {"paho_ceiling_msgs_per_s": result["received"] / result["seconds"]}


def per_message(environment, options, dsn):
    """The specification's consumer, in its own schema of the same database."""
    seconds = min(options.seconds, 8.0)
    arguments = [*environment.broker_arguments(), f"--topic={SUBSCRIPTION}"]
    arguments.append(f"--seconds={seconds}")
    consumer = start("per_message_consumer", arguments, environment, BENCH_DSN=dsn)
    wait_until_ready(consumer)
    summary, _ = load(
        environment,
        topic=OTHER_TOPIC,
        devices=options.devices,
        seconds=seconds,
        rate=PER_MESSAGE_RATE,
    )
    result = result_of(consumer)
    warn_if_idle("per-message consumer", result["stored"], summary["published"])
    return {"per_message_consumer_msgs_per_s": result["stored"] / result["seconds"]}


def latency(environment, options, rows):
    """Publish → visible in the database at a fixed rate."""
    poller = VisibilityPoller(rows.dsn, range(0, options.devices, SAMPLE_EVERY))
    poller.start()
    summary, acked = load(
        environment,
        devices=options.devices,
        seconds=options.seconds,
        rate=options.latency_rate,
    )
    rows.wait_for(dict(acked), SETTLE)
    time.sleep(0.1)  # one more look of the poller
    poller.stop()
    took = poller.latencies_ms(acked)
    cuts = statistics.quantiles(took, n=100)
    offered = summary["published"] / summary["published_in"]
    print(f"latency: {len(took)} samples at {offered:.0f} messages/s")
    return acked, {
        "publish_to_commit_p50_ms": cuts[49],
        "publish_to_commit_p99_ms": cuts[98],
    }


def whole_line(environment, options, rows):
    """More than the line can take: from the first publish to the last row."""
    summary, acked = load(
        environment,
        devices=options.devices,
        seconds=options.seconds,
        rate=options.rate,
    )
    loaded_for = time.time() - summary["started"]
    under_load = rows.count_since(summary["started"])
    finished = rows.wait_for(dict(acked), SETTLE + 5 * options.seconds)
    elapsed = (finished or time.time()) - summary["started"]
    count = rows.count_since(summary["started"])
    print(
        f"whole line: {summary['published']} published in"
        f" {summary['published_in']:.1f} s, {under_load} rows after {loaded_for:.1f} s,"
        f" {count} after {elapsed:.1f} s"
    )
    warn_if_idle("whole line", under_load, summary["published"])
    return acked, {"ingest_msgs_per_s": count / elapsed}


def warn_if_idle(what, done, published):
    """A consumer that kept up was not measured: the load was."""
    if done > 0.97 * published:
        print(f"{what}: kept up with what was offered, offer more")


def compare(acked, rows):
    """Every acknowledged message is exactly one row."""
    stored = rows.stored()
    expected = {(device_id(number), moment) for number, moment in acked}
    return {
        "lost": len(expected - stored.keys()),
        "duplicated": sum(stored.values()) - len(stored),
    }


def wait_for_listener(environment, rows):
    """Publish single messages until one has become a row."""
    deadline = time.time() + SETTLE
    while time.time() < deadline:
        time.sleep(1.0)  # the listener looks for new devices every second
        _, acked = load(environment, devices=1, seconds=1, rate=100, messages=1)
        if rows.wait_for(dict(acked), 2.0):
            return
    raise SystemExit("no reading of BENCH-00001 was stored: does the listener run?")


def measure(environment, options):
    """All figures of one run."""
    odoo = OdooDevices(environment)
    timescale = odoo.uses_timescale()
    dsn = environment.timescale_dsn if timescale else environment.pg_dsn
    rows = Rows(dsn)
    figures = {}
    if not options.line_only:
        figures |= ceiling(environment, options)
        figures |= per_message(environment, options, dsn)
    try:
        odoo.register(options.devices)
        rows.remove()
        wait_for_listener(environment, rows)
        slow, found = latency(environment, options, rows)
        figures |= found
        fast, found = whole_line(environment, options, rows)
        figures |= found
        pids = listener_pids(environment.mqtt_tls_port, environment.mqtt_port)
        figures["listener_rss_mb"] = rss_mb(pids)
        figures |= compare(slow + fast, rows)
    finally:
        odoo.remove()
        rows.remove()
    if "paho_ceiling_msgs_per_s" in figures:
        share = figures["ingest_msgs_per_s"] / figures["paho_ceiling_msgs_per_s"]
        figures["ingest_of_ceiling"] = share
    return figures


def unit_of(metric):
    """The unit stands in the metric's name."""
    for ending, unit in (("_msgs_per_s", "msg/s"), ("_ms", "ms"), ("_mb", "MiB")):
        if metric.endswith(ending):
            return unit
    return "ratio" if metric.endswith("_of_ceiling") else "messages"


def report(figures):
    """A table for people, lines for programs."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown processor",
    )
    print(f"\n{os.cpu_count()} × {model}; everything on this machine")
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        for metric, number in figures.items():
            unit = unit_of(metric)
            value = round(number, 3 if unit == "ratio" else 1)
            print(f"  {metric:34} {value:>12,} {unit}")
            line = {"metric": metric, "value": value, "unit": unit}
            file.write(json.dumps(line) + "\n")


def main(argv=None):
    """`python -m tests.benchmarks`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--devices", type=int, default=500)
    add("--seconds", type=float, default=10, help="of each load")
    add("--rate", type=float, default=25_000, help="messages/s offered to the line")
    add("--ceiling-rate", type=float, default=40_000, help="offered to bare paho")
    add("--latency-rate", type=float, default=2_000)
    add("--line-only", action="store_true", help="no ceiling, no per-message consumer")
    options = parser.parse_args(argv)
    busy = os.getloadavg()[0]
    if busy > BUSY:
        print(f"other work goes on here (load average {busy:.1f}): figures will be low")
    figures = measure(Environment.read(), options)
    report(figures)
    return 1 if figures["lost"] or figures["duplicated"] else 0


if __name__ == "__main__":
    sys.exit(main())
