from odoo.fields import Command
from odoo.tests import tagged

from .threshold import ThresholdCase

TOO_WARM = {"use_min": True, "min_value": 2, "max_value": 4, "deadband": 0.2}
SENTENCES = {
    "Alert when temperature is above 50 °C, until it is at most 50 °C": {},
    "Alert when temperature is above 4 °C or below 2 °C, until it is 2.2 °C to"
    " 3.8 °C": {**TOO_WARM},
    "Alert when temperature is above 4 °C for 10 min, until it is at most 3.8 °C for"
    " 5 min; critical above 10 °C at once": {
        "max_value": 4,
        "deadband": 0.2,
        "on_delay": 10,
        "off_delay": 5,
        "level_ids": [Command.create({"severity": "critical", "max_value": 10})],
    },
    "Alert when temperature is above 4 °C or below 2 °C, 3 readings in a row, until it"
    " is 2.2 °C to 3.8 °C; high above 9 °C or below -3 °C": {
        **TOO_WARM,
        "repeat_count": 3,
        "level_ids": [
            Command.create(
                {"severity": "high", "use_min": True, "min_value": -3, "max_value": 9}
            )
        ],
    },
    "Alert when temperature is below 2 °C for 30 s, until it is at least 2 °C": {
        "use_max": False,
        "use_min": True,
        "min_value": 2,
        "on_delay": 0.5,
    },
    "Alert when somatic cell count is above 400,000 cells/mL, until it is at most"
    " 400,000 cells/mL": {"reading_type": "scc", "max_value": 400000},
    "Alert when pH level is above 6.8 pH, until it is at most 6.8 pH": {
        "reading_type": "ph",
        "max_value": 6.8,
    },
    "Alert when temperature rises by more than 2 °C or falls by more than 1 °C"
    " within 10 min": {"kind": "rate", "use_min": True, "min_value": 1, "max_value": 2},
    "Alert when temperature is more than 3 σ above its normal of the last 14 days,"
    " until that is over for 2 h": {
        "kind": "deviation",
        "max_value": 3,
        "off_delay": 120,
    },
    "Alert when nothing has been measured for more than 5 intervals (5 min at one a"
    " minute); high more than 960 intervals (16 h at one a minute)": {
        "kind": "no_data",
        "max_value": 5,
        "level_ids": [Command.create({"severity": "high", "max_value": 960})],
    },
    "Alert when the device is offline; critical after 4 h": {
        "kind": "offline",
        "level_ids": [Command.create({"severity": "critical", "on_delay": 240})],
    },
    "Alert when the battery is below 20 %, until it is at least 25 %; high below 5 %": {
        "kind": "battery",
        "min_value": 20,
        "deadband": 5,
        "level_ids": [Command.create({"severity": "high", "min_value": 5})],
    },
    "Alert when the certificate is valid for less than 30 days; high less than"
    " 7 days": {
        "kind": "certificate",
        "min_value": 30,
        "level_ids": [Command.create({"severity": "high", "min_value": 7})],
    },
    "Alert when the certificate is valid for less than 1 day": {
        "kind": "certificate",
        "min_value": 1,
    },
    "Alert when the device's clock is off by more than 5 min": {
        "kind": "clock_drift",
        "max_value": 5,
    },
    "Alert when a value has been the very same for too long": {"kind": "stuck"},
    "Alert when a value cannot be true for 5 min": {
        "kind": "implausible",
        "on_delay": 5,
    },
}


@tagged("post_install", "-at_install")
class TestThresholdSentence(ThresholdCase):
    def test_a_rule_says_in_words_what_it_does(self):
        for sentence, vals in SENTENCES.items():
            self.assertEqual(self.make(**vals).sentence, sentence)

    def test_a_rule_says_for_what_it_is(self):
        self.assertEqual(self.make().scope_label, "Every device")
        rule = self.make(
            device_id=self.sensor.id,
            location_type="storage",
            device_type="temperature",
            farm_id=self.farm.id,
        )
        self.assertEqual(
            rule.scope_label, "TEST-1 · Storage · Temperature Sensor · Test Farm"
        )

    def test_a_rule_that_is_still_being_written_has_a_sentence_too(self):
        rule = self.env["iot.threshold"].new({"kind": False})
        self.assertFalse(rule.sentence)
        rule = self.env["iot.threshold"].new({"kind": "limit"})
        self.assertFalse(rule.sentence)
        rule = self.env["iot.threshold"].new({"reading_type": "ph", "use_max": False})
        self.assertTrue(rule.sentence)

    def test_a_rule_says_when_it_is_in_force(self):
        line = {"hour_from": 22, "hour_to": 6}
        schedule = self.env["iot.schedule"].create(
            {"name": "Night", "line_ids": [Command.create(line)]}
        )
        rule = self.make(schedule_id=schedule.id)
        self.assertRegex(rule.sentence, r"50 °C\. Only Night: every day 22:00–06:00$")
