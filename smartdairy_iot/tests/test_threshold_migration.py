from importlib.util import module_from_spec, spec_from_file_location

from odoo.tests import tagged
from odoo.tools import file_path

from .threshold import ThresholdCase

SCRIPT = "smartdairy_iot/migrations/19.0.1.3.0/post-threshold_levels.py"


@tagged("post_install", "-at_install")
class TestThresholdMigration(ThresholdCase):
    """A database of the version before: “Far Outside” were two columns of the rule."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute(
            "ALTER TABLE iot_threshold ADD COLUMN IF NOT EXISTS far_margin numeric,"
            " ADD COLUMN IF NOT EXISTS far_severity varchar"
        )

    def migrate(self):
        self.env.flush_all()
        spec = spec_from_file_location("post_threshold_levels", file_path(SCRIPT))
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()

    def old(self, margin, severity, **vals):
        rule = self.make(**vals)
        self.env.cr.execute(
            "UPDATE iot_threshold SET far_margin = %s, far_severity = %s WHERE id = %s",
            [margin, severity, rule.id],
        )
        return rule

    def test_far_outside_becomes_a_level_on_the_sides_that_are_checked(self):
        both = self.old(5.5, "high", use_min=True, min_value=2, max_value=4)
        high = self.old(350000, "critical", reading_type="scc", max_value=400000)
        self.migrate()
        self.assertEqual(both._to_levels()[1][:3], ("high", -3.5, 9.5))
        self.assertEqual(high._to_levels()[1][:3], ("critical", None, 750000))

    def test_what_made_no_difference_becomes_no_level(self):
        rules = self.old(0, "high"), self.old(5, "medium"), self.old(5, "low")
        rules += self.old(5, None), self.old(None, None)
        self.migrate()
        for rule in rules:
            self.assertFalse(rule.level_ids)

    def test_the_rules_of_the_add_on_get_their_off_delay_and_keep_what_was_edited(self):
        rule = self.env.ref("smartdairy_iot.iot_threshold_temperature_storage")
        rule.write({"off_delay": 0, "max_value": 6.5, "level_ids": [(5,)]})
        self.env.cr.execute(
            "UPDATE iot_threshold SET far_margin = 3, far_severity = 'critical'"
            " WHERE id = %s",
            [rule.id],
        )
        self.env.ref("smartdairy_iot.iot_threshold_temperature_transport").unlink()
        self.migrate()
        self.assertEqual((rule.off_delay, rule.max_value), (2.0, 6.5))
        self.assertEqual(rule._to_levels()[1][:3], ("critical", -1.0, 9.5))
