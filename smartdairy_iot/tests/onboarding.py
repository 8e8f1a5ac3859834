"""Two farms, two companies, and a person of each kind."""

import base64

from .common import IotCase

GROUPS = ("user", "operator", "technician", "manager")


class OnboardingCase(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm.code = "TESTFARM"
        cls.tanks = cls.env["farm.tank"].create(
            [{"name": f"Tank {n}", "farm_id": cls.farm.id} for n in (1, 2, 10)]
        )
        cls.stalls = cls.env["farm.stall"].create(
            [{"name": f"Stall {n}", "farm_id": cls.farm.id} for n in (10, 2, 1)]
        )
        cls.company = cls.env["res.company"].create({"name": "Other Dairy"})
        cls.foreign_farm = cls.env["farm.farm"].create(
            {"name": "Foreign Farm", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.private_farm = cls.env["farm.farm"].create(
            {"name": "Private Farm", "tz": "UTC"}
        )
        cls.people = {
            name: cls.make_user(f"box-{name}", f"smartdairy_iot.group_iot_{name}")
            for name in GROUPS
        }
        cls.private_farm.user_ids = cls.people["manager"]

    def import_file(self, text, user="technician", **vals):
        """The wizard after its preview."""
        content = text if isinstance(text, bytes) else text.encode()
        wizard = (
            self.env["iot.device.import"]
            .with_user(self.people[user])
            .create(
                {
                    "file": base64.b64encode(content),
                    "file_name": "devices.csv",
                    **vals,
                }
            )
        )
        wizard.action_preview()
        return wizard

    def find(self, *device_ids):
        return self.env["iot.device"].search([("device_id", "in", device_ids)])
