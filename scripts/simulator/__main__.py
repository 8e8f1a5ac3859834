"""Entry point: `python -m simulator --env FILE`."""

import logging
import random
import signal

from .farm import World
from .fleet import Fleet
from .settings import Broker, parse_arguments


def main():
    """Build the farms, connect their devices, publish until told to stop."""
    options = parse_arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rng = random.Random(options.seed)
    broker = Broker.from_env_file(options.env)
    fleet = Fleet(World(rng, options.speed), broker, options, rng)
    signal.signal(signal.SIGTERM, fleet.stop)
    signal.signal(signal.SIGINT, fleet.stop)
    logging.info("%d devices at %s:%d", len(fleet), broker.host, broker.port)
    fleet.run(options.duration)


if __name__ == "__main__":
    main()
