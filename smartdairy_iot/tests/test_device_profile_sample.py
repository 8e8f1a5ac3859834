import json

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..ingest.decode import decode
from ..ingest.message import Message
from .common import NOW
from .profile import TASMOTA, ProfileCase


@tagged("post_install", "-at_install")
class TestDeviceProfileSample(ProfileCase):
    def test_the_result_appears_in_the_form_before_anything_is_saved(self):
        with Form(self.env["iot.device.profile"]) as form:
            form.name = "New"
            form.uses_mapping = True
            form.sample_payload = '{"d": {"temp": "38.84"}, "v": 3000}'
            self.assertIn("has no line", form.sample_result)
            with form.field_ids.new() as line:
                line.expression = "d.temp"
                line.target = "temperature"
                line.unit = "°F"
            rows, text = self.shown(form)
            self.assertEqual(rows[-1], ["Temperature", "38.84 °F", "3.8 °C"])
            self.assertIn("v = 3000", text)
            with form.field_ids.edit(0) as line:
                line.expression = "d.te..mp"
            self.assertIn("line 1, d.te..mp", form.sample_result)
            self.assertEqual(
                self.env["iot.device.profile"].search_count([("name", "=", "New")]), 0
            )
            with form.field_ids.edit(0) as line:
                line.expression = "d.temp"

    def test_a_payload_of_our_own_is_shown_without_a_mapping(self):
        profile = self.make(
            device_type="milk_meter",
            sample_payload='{"type": "reading", "session_id": 7, "volume": 4.25, '
            '"somatic_cell_count": 1234567, "battery": 90}',
        )
        rows, text = self.shown(profile)
        self.assertIn("the message has no time", text)
        self.assertIn(["Volume", "4.25 L", "4.25 L"], rows)
        self.assertIn(
            ["Somatic Cell Count", "1234567 cells/mL", "1234567 cells/mL"], rows
        )
        self.assertIn(["Battery Level", "", "90 %"], rows)
        self.assertIn(["Milking Session", "", "7"], rows)

    def test_each_channel_has_its_own_heading(self):
        profile = self.make(device_type="gateway", sample_payload=json.dumps(TASMOTA))
        profile.action_suggest_fields()
        self.assertTrue(profile.uses_mapping)
        rows, _text = self.shown(profile)
        self.assertEqual(
            [row[-1].split()[0] for row in rows],
            ["DS18B20-1", "-3.2778", "DS18B20-2", "25.5"],
        )

    def test_what_is_wrong_is_told_with_what_to_do(self):
        profile = self.make(sample_payload='{"temperature": 4')
        self.assertIn("Paste one whole message", profile.sample_result)
        profile.sample_payload = '{"temp": 4}'
        self.assertIn("Turn on Map the Payload", profile.sample_result)
        profile.sample_payload = '{"temperature": 4000}'
        self.assertIn("Is the unit right?", profile.sample_result)
        profile.sample_payload = '{"temperature": -127}'
        self.assertIn(
            "Probe fault: an error value of the probe", self.shown(profile)[1]
        )

    def test_records_of_the_same_time_are_told_to_be_one(self):
        payload = {"ts": 1767591000, "log": [{"t": 1}, {"t": 2}]}
        lines = ("t", "temperature"), ("ts", "timestamp")
        profile = self.make(*lines, records="log", sample_payload=json.dumps(payload))
        self.assertIn("only one of them is kept", profile.sample_result)
        payload["log"][1]["ts"] = 1767591060
        profile.sample_payload = json.dumps(payload)
        self.assertNotIn("only one of them is kept", profile.sample_result)

    def test_of_a_long_history_the_beginning_is_shown(self):
        log = [{"temperature": 3, "timestamp": 1767591000 + n} for n in range(50)]
        rows, text = self.shown(self.make(sample_payload=json.dumps(log)))
        self.assertEqual(len(rows), 2 * 20)
        self.assertIn("and 30 records more", text)

    def test_wrong_settings_are_told_before_they_are_saved(self):
        with Form(self.env["iot.device.profile"]) as form:
            form.name = "New"
            form.sample_payload = '{"temperature": 4}'
            form.error_values = "warm"
            self.assertIn("is no number", form.sample_result)
            form.error_values = "85"
            self.assertIn("4 °C", form.sample_result)

    def test_what_the_sample_brings_is_escaped(self):
        payload = {"temperature": "<script>alert(1)</script>", "<b>": 3}
        profile = self.make(("t", "temperature"), sample_payload=json.dumps(payload))
        self.assertNotIn("<script", profile.sample_result)
        self.assertNotIn("<b>", profile.sample_result)
        profile.uses_mapping = False
        self.assertNotIn("<script", profile.sample_result)

    def test_lines_are_guessed_and_existing_ones_are_kept(self):
        profile = self.make(
            ("mine", "temperature"),
            sample_payload='{"temp": 3.9, "mine": 1, "hum": 70}',
        )
        profile.action_suggest_fields()
        lines = [(line.target, line.expression) for line in profile.field_ids]
        self.assertEqual(lines, [("temperature", "mine"), ("humidity", "hum")])

    def test_a_guess_that_cannot_be_made_says_why(self):
        for payload, told in (
            ("{", "no JSON"),
            ('{"x": 1}', "no name that is known"),
            ('{"log": [{"temp": 3}]}', "another shape"),
        ):
            profile = self.make(("t", "temperature"), sample_payload=payload)
            with self.refused(told, UserError):
                profile.action_suggest_fields()


@tagged("post_install", "-at_install")
class TestDeviceProfilePresets(ProfileCase):
    """Every preset brings a message as the vendor documents it, and reads it."""

    def test_every_preset_reads_its_sample_and_knows_its_device(self):
        keys = {
            "zigbee2mqtt": "cheese room",
            "tasmota_ds18b20": "milk-house",
            "the_things_stack": "cold-store-1",
            "chirpstack": "24e124136c502217",
            "shelly_ht": "shellyhtg3-84fce63ad204",
        }
        for name, key in keys.items():
            profile = self.env.ref(f"smartdairy_iot.profile_{name}")
            with self.subTest(name):
                route = profile._to_route()
                self.assertEqual(route.template.match(profile.sample_topic), key)
                text = self.shown(profile)[1]
                self.assertIn("2026-01-05", text)
                self.assertIn("°C", text)
                self.assertNotIn("alert-danger", profile.sample_result)

    def test_a_vendors_values_are_the_documented_ones(self):
        expected = {
            "ds18b20": {"Temperature": "3.8 °C", "Battery Level": "96 %"},
            "zigbee2mqtt": {
                "Temperature": "8.34 °C",
                "Humidity": "71.34 %",
                "Battery Level": "97 %",
            },
            "the_things_stack": {
                "Temperature": "3.9 °C",
                "Humidity": "65 %",
                "Battery Level": "39 %",
            },
            "chirpstack": {
                "Temperature": "3.9 °C",
                "Humidity": "65 %",
                "Battery Level": "92 %",
            },
            "shelly_ht": {
                "Temperature": "8.4 °C",
                "Humidity": "58.9 %",
                "Battery Level": "65 %",
            },
        }
        for name, values in expected.items():
            profile = self.env.ref(f"smartdairy_iot.profile_{name}")
            rows = self.shown(profile)[0]
            with self.subTest(name):
                self.assertEqual({r[0]: r[-1] for r in rows if len(r) > 1}, values)

    def test_a_registered_device_is_found_by_its_key_and_its_probes_by_channel(self):
        profile = self.env.ref("smartdairy_iot.profile_tasmota_ds18b20")
        gateway = self.make_device(
            "TAS-1",
            device_type="gateway",
            profile_id=profile.id,
            source_key="milk-house",
        )
        for number in (1, 2):
            channel = f"DS18B20-{number}"
            self.make_device(f"TANK-{number}", gateway_id=gateway.id, channel=channel)
        raw = profile.sample_payload.encode()
        fleet = self.env["iot.device"]._get_listener_map()
        decoded = decode(Message(profile.sample_topic, raw, NOW), fleet)
        self.assertEqual(
            {sample.device_id: sample.values for sample in decoded.samples},
            {"TANK-1": {"temperature": 3.9}, "TANK-2": {"temperature": 4.1}},
        )
        self.assertEqual([s.device_ref for s in decoded.strangers], ["DS18B20-3"])

    def test_each_tasmota_probe_is_a_channel(self):
        profile = self.env.ref("smartdairy_iot.profile_tasmota_ds18b20")
        payload = json.loads(profile.sample_payload)
        entries = profile._to_mapping().apply(payload)
        self.assertEqual(
            [(channel, record["temperature"]) for channel, record in entries],
            [("DS18B20-1", 3.9), ("DS18B20-2", 4.1), ("DS18B20-3", 12.6)],
        )

    def test_a_shelly_on_mains_power_has_no_empty_battery(self):
        profile = self.env.ref("smartdairy_iot.profile_shelly_ht")
        payload = json.loads(profile.sample_payload)
        power = payload["params"]["devicepower:0"]
        power.update(battery={"V": 0.43, "percent": 0}, external={"present": True})
        ((_channel, record),) = profile._to_mapping().apply(payload)
        self.assertNotIn("battery", record)

    def test_a_shellys_other_events_are_left_out(self):
        profile = self.env.ref("smartdairy_iot.profile_shelly_ht")
        event = {"method": "NotifyEvent", "params": {"ts": 1767591000, "events": []}}
        self.assertEqual(profile._to_mapping().apply(event), [])

    def test_a_normalised_lorawan_payload_stands_in_for_an_unknown_one(self):
        profile = self.env.ref("smartdairy_iot.profile_the_things_stack")
        uplink = {"normalized_payload": [{"air": {"temperature": 21.5}}]}
        entries = profile._to_mapping().apply({"uplink_message": uplink})
        self.assertEqual(entries, [(None, {"temperature": 21.5})])
