"""What the line is compared with: a ceiling and two floors, in the same run."""

import os

from ..processes import load, result_of, start, wait_until_ready

# The listener subscribes to smartdairy/{sensors,gateway,status}/# and does not hear it.
TOPIC = "smartdairy/bench/{type}/{id}/data"
SUBSCRIPTION = "smartdairy/bench/#"
CEILING_RATE = 40_000  # offered
INSERT_COMMIT_RATE = 5_000
# More only fills its unbounded queue, and what that costs is taken from its work.
SPECIFIED_RATE = 1_500
LONGER = 2.0  # the load outlives the consumer


def ceiling(session):
    """A bare paho subscriber under the same load."""
    published, result = _under_load(
        session, "paho_ceiling", CEILING_RATE, session.options.load_seconds
    )
    rate = result["received"] / result["seconds"]
    print(
        f"ceiling: {published.rate:,.0f} messages/s offered for"
        f" {published.published_in:.1f} s, {rate:,.0f}/s received"
    )
    session.figures["paho_ceiling_msgs_per_s"] = rate


def insert_commit(session):
    """INSERT and COMMIT per message, nothing else."""
    rate = _per_message(session, "insert_commit", INSERT_COMMIT_RATE)
    session.figures["insert_commit_msgs_per_s"] = rate


def specified(session):
    """The specification's consumer, with all that it does of each message."""
    url = os.environ.get("BENCH_REDIS_URL")
    if not url:
        print("per-message consumer as specified: not measured, there is no Redis")
        return
    rate = _per_message(session, "specified", SPECIFIED_RATE, BENCH_REDIS_URL=url)
    session.figures["per_message_consumer_msgs_per_s"] = rate


def _per_message(session, consumer, offered, **variables):
    seconds = min(session.options.load_seconds, 8.0)
    published, result = _under_load(
        session,
        consumer,
        offered,
        seconds + LONGER,
        f"--seconds={seconds}",
        BENCH_DSN=session.dsn,
        **variables,
    )
    rate = result["stored"] / result["seconds"]
    print(f"{consumer}: {published.rate:,.0f} messages/s offered, {rate:,.0f}/s stored")
    if rate > 0.97 * published.rate:
        print(f"{consumer}: it kept up with what was offered; it may take more")
    return rate


def _under_load(session, consumer, rate, seconds, *arguments, **variables):
    environment = session.environment
    arguments = [
        *environment.broker_arguments(),
        f"--topic={SUBSCRIPTION}",
        *arguments,
    ]
    process = start(f"consumers.{consumer}", arguments, environment, **variables)
    try:
        wait_until_ready(process)
        published = load(
            environment,
            topic=TOPIC,
            devices=session.options.devices,
            seconds=seconds,
            rate=rate,
        )
        return published, result_of(process)
    finally:
        process.kill()
        process.wait()
