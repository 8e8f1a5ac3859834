from contextlib import contextmanager

from lxml import html

from odoo.exceptions import ValidationError
from odoo.fields import Command

from .common import IotCase

TASMOTA = {
    "Time": "2020-01-26T17:45:30",
    "DS18B20-1": {"Id": "000008BD38BF", "Temperature": 26.1},
    "DS18B20-2": {"Id": "000008BD9714", "Temperature": 77.9},
    "TempUnit": "F",
}


class ProfileCase(IotCase):
    def make(self, *lines, **vals):
        """A profile whose lines are ``(expression, target)`` or dicts."""
        lines = [
            line
            if isinstance(line, dict)
            else dict(zip(("expression", "target"), line, strict=True))
            for line in lines
        ]
        return self.env["iot.device.profile"].create(
            {
                "name": "Mine",
                "uses_mapping": bool(lines),
                "field_ids": [
                    Command.create({"sequence": number, **line})
                    for number, line in enumerate(lines)
                ],
                **vals,
            }
        )

    @contextmanager
    def refused(self, told, error=ValidationError):
        """Refused with that text, and nothing of it stays."""
        with self.assertRaisesRegex(error, told), self.env.cr.savepoint():
            yield
            self.env.flush_all()
        self.env.invalidate_all()

    @staticmethod
    def shown(profile):
        """``[[cell, …], …]`` of the table in the result, and all of its text."""
        tree = html.fromstring(f"<div>{profile.sample_result}</div>")
        rows = [
            [" ".join(cell.text_content().split()) for cell in row.iter("td")]
            for row in tree.iter("tr")
        ]
        return [row for row in rows if row], " ".join(tree.text_content().split())
