"""End to end only: device → broker → database → browser, on the real parts.

``make test`` gives the environment: the keys of ``.run/env`` for a stack of its own.
"""
