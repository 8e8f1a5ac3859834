import logging

from odoo.tests import BaseCase, get_db_name, tagged

from ..ingest.worker import DatabaseListener
from ..settings import Settings

LOGGER = "odoo.addons.smartdairy_iot.ingest.worker"


@tagged("post_install", "-at_install")
class TestWorker(BaseCase):
    def test_what_cannot_start_is_told_once_in_a_line_and_tried_again(self):
        settings = Settings(mqtt_ca="/nowhere/ca.crt")
        listener = DatabaseListener(get_db_name(), 4711, settings)
        self.addCleanup(listener.stop)
        with self.assertLogs(LOGGER, logging.WARNING) as log:
            for _ in range(3):
                listener._look_at = 0.0
                listener.run_once(0)
        (line,) = log.output
        self.assertIn("mqtt_ca = /nowhere/ca.crt cannot be used", line)
        self.assertNotIn("Traceback", line)
