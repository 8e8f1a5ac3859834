"""The line that one message follows; read :mod:`.pipeline` top to bottom.

Only ``client``, ``pipeline``, ``election`` and ``worker`` touch sockets, Odoo or
paho. Everything else here is pure and tested without a database.
"""
