"""Real processes die under load; afterwards the rows are what the publishers saw acked.

Each moment is chosen by dice; a failing run prints their seed, ``FAULT_SEED`` repeats
it.
"""
