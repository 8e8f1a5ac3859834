"""The upgrade from the first release takes minutes: ``make bench ARGS="--only proofs"``
has it."""

import os

collect_ignore = [] if "SCALING" in os.environ else ["test_first_release.py"]
