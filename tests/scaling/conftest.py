"""Two of the proofs take minutes: ``make bench ARGS="--only proofs"`` has them."""

import os

LONG = ["test_asynchronous.py", "test_broker_cluster.py"]
collect_ignore = [] if "SCALING" in os.environ else LONG
