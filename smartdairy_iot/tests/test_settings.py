from odoo.tests import BaseCase, tagged

from ..settings import Settings, SettingsError


@tagged("post_install", "-at_install")
class TestSettings(BaseCase):
    def test_the_environment_wins_over_the_section_and_that_over_the_default(self):
        settings = Settings.read(
            {"SMARTDAIRY_IOT_MQTT_HOST": "from-environment"},
            {"mqtt_host": "from-section", "mqtt_port": "1234", "enabled": "no"},
        )
        self.assertEqual(settings.mqtt_host, "from-environment")
        self.assertEqual((settings.mqtt_port, settings.enabled), (1234, False))
        self.assertEqual(settings.listeners, 1)

    def test_a_value_that_cannot_be_used_is_named_with_its_reason(self):
        for section, words in (
            ({"mqtt_port": "many"}, "mqtt_port = 'many' is no whole number"),
            ({"enabled": "perhaps"}, "use true or false"),
            ({"listeners": "0"}, "listeners must be at least 1"),
            ({"batch_rows": "9", "buffer_rows": "5"}, "must not be less"),
            ({"mqtt_cert": "x.crt"}, "go together"),
            ({"ca_cert": "x.crt"}, "ca_cert and ca_key go together"),
            ({"broker_folder": "broker"}, "not absolute"),
        ):
            with self.assertRaisesRegex(SettingsError, words):
                Settings.read({}, section)
