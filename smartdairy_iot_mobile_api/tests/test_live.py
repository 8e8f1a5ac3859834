from odoo.http import SessionExpiredException
from odoo.tests import tagged

from ..schemas.live import TYPE
from .common import MobileApiCase


@tagged("post_install", "-at_install")
class TestLive(MobileApiCase):
    """What a connection of the app is told, each time there is something."""

    def setUp(self):
        super().setUp()
        tokens = self.env["iot.app.token"]
        _user, self.proof = tokens._find_listener(self.keys[self.user], "127.0.0.1")

    def poll(self, *farms):
        database = self.env.cr.dbname
        channels = [(database, "farm.farm", farm.id, TYPE) for farm in farms]
        return self.env["bus.bus"]._poll([(database, self.proof), *channels])

    def test_who_may_see_a_farm_hears_of_it(self):
        self.assertEqual(self.poll(self.farm), [])
        self.assertEqual(self.poll(), [])

    def test_who_may_no_longer_see_a_farm_hears_no_more_of_it(self):
        self.farm.user_ids = self.viewer
        with self.assertRaises(SessionExpiredException):
            self.poll(self.farm)

    def test_who_has_left_the_farm_app_hears_no_more(self):
        self.user.group_ids = self.env.ref("base.group_user")
        with self.assertRaises(SessionExpiredException):
            self.poll(self.farm)

    def test_one_farm_that_may_not_be_seen_ends_them_all(self):
        with self.assertRaises(SessionExpiredException):
            self.poll(self.farm, self.other_farm)

    def test_an_app_that_is_opened_while_rules_are_judged_hears_what_they_found(self):
        """The transaction that judges does not see who came after it had begun."""
        self.alert._send_bus()
        self.env.flush_all()
        self.assertEqual(self.poll(self.farm), [])
        self.env["iot.live.watch"].with_user(self.user)._renew_by_app(self.farm)
        self.env.cr.postcommit.run()
        (said,) = self.poll(self.farm)
        (message,) = said["message"]["payload"]["messages"]
        self.assertEqual(message["alert"]["id"], str(self.alert.id))
