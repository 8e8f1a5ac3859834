from odoo.tests import BaseCase, tagged

from ..hooks import Respawn
from .common import Clock


@tagged("post_install", "-at_install")
class TestRespawn(BaseCase):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.respawn = Respawn(self.clock)

    def wait_until_due(self):
        waited = 0.0
        while not self.respawn.is_due():
            self.clock.now += 0.5
            waited += 0.5
        return waited

    def test_the_first_start_is_at_once(self):
        self.assertTrue(self.respawn.is_due())

    def test_a_listener_that_dies_at_birth_is_started_ever_more_slowly(self):
        pauses = []
        for _ in range(6):
            pauses.append(self.wait_until_due())
            self.respawn.started()
        self.assertEqual(pauses, [0.0, 1.0, 5.0, 15.0, 30.0, 30.0])

    def test_one_that_lived_long_is_started_at_once_again(self):
        for _ in range(5):
            self.respawn.started()
        self.clock.now += 3600
        self.assertTrue(self.respawn.is_due())
        self.respawn.started()
        self.assertLessEqual(self.wait_until_due(), 1.0)
