from odoo.tests import TransactionCase, tagged

from .uptime import UptimeTests


@tagged("post_install", "-at_install")
class TestStoreHealth(UptimeTests, TransactionCase):
    """In the store without TimescaleDB."""
