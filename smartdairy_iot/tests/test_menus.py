"""Every menu can be found by who may use it, opens for them, and explains itself."""

from odoo.tests import TransactionCase, new_test_user, tagged

ROLES = ("user", "operator", "technician", "manager")
# One form, and a row for each kind of reading: neither is ever empty.
NEVER_EMPTY = {"res.config.settings", "iot.retention"}
NO_CARDS = {
    "iot.milking.session": "of production: a chart first, and a table of numbers",
    "iot.device.tag": "two columns",
    "iot.device.profile.setting": "edited in the list",
    "iot.retention": "edited in the list",
    "iot.milk.scoring": "three columns",
}


@tagged("post_install", "-at_install")
class TestMenus(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env, f"menus_{role}", f"smartdairy_iot.group_iot_{role}"
            )
            for role in ROLES
        }

    def _windows(self):
        """Menus of the app that open records, with their action."""
        root = self.env.ref("smartdairy_iot.iot_menu_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        for menu in menus.filtered("action"):
            if menu.action._name == "ir.actions.act_window":
                yield menu, menu.action

    def test_an_empty_list_says_what_would_be_in_it(self):
        mute = {
            menu.complete_name
            for menu, action in self._windows()
            if action.target == "current"
            and action.res_model not in NEVER_EMPTY
            and not action.help
        }
        self.assertGreater(len(list(self._windows())), 40)
        self.assertFalse(mute)

    def test_a_list_has_cards_for_phones(self):
        """A list of eight columns shows three of them there."""
        without = {
            action.res_model
            for _menu, action in self._windows()
            if "list" in action.view_mode and "kanban" not in action.view_mode
        }
        self.assertFalse(without - set(NO_CARDS))

    def test_who_may_make_records_finds_their_menu(self):
        hidden = set()
        for role, user in self.users.items():
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            windows = {menu.id: action.res_model for menu, action in self._windows()}
            found = {name for menu, name in windows.items() if menu in visible}
            hidden |= {
                (role, name)
                for name in set(windows.values()) - found
                if self.env[name].with_user(user).has_access("create")
            }
        self.assertFalse(hidden)

    def test_every_view_of_a_menu_opens_for_who_sees_it(self):
        for role, user in self.users.items():
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            for menu, action in self._windows():
                if menu.id in visible:
                    with self.subTest(role=role, menu=menu.complete_name):
                        views = [(view, mode) for view, mode in action.views]
                        model = self.env[action.res_model].with_user(user)
                        model.get_views([*views, (False, "search")])
