from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestColorScheme(HttpCase):
    def test_the_client_is_dark_only_for_whom_asks_for_it(self):
        self.authenticate("admin", "admin")
        self.assertNotIn("web.assets_web_dark", self.url_open("/odoo").text)
        self.opener.cookies["color_scheme"] = "dark"
        self.assertIn("web.assets_web_dark", self.url_open("/odoo").text)

    def test_the_dark_styles_are_dark(self):
        bundle = self.env["ir.qweb"]._get_asset_bundle("web.assets_web_dark", js=False)
        styles = bundle.preprocess_css()
        self.assertFalse(bundle.css_errors)
        self.assertRegex(styles, r"color-scheme:\s*dark")
