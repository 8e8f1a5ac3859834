"""The bare-machine set-up: every server of the project, under one folder.

Nothing here needs more than the standard library of Python 3.10, because it runs
before anything is installed. Servers are *unpacked* into ``.run`` instead of being
installed: installing a Debian server package also starts it, on the host's ports.

A *stack* is one running set (PostgreSQL, Mosquitto, Odoo, simulator): ``main`` is
what ``make run`` starts, ``test`` what ``make test`` starts and removes again.
"""
