"""Tanks, users and reports, for the tests of the compliance reports."""

from freezegun import freeze_time

from .tank import TankCase

_LATER = "2026-02-02 09:00:00"


class ComplianceCase(TankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm.tz = "UTC"
        cls.users = {
            group: cls.make_user(f"paper-{group}", f"smartdairy_iot.group_iot_{group}")
            for group in ("user", "operator", "technician", "manager")
        }
        cls.farm.user_ids = [user.id for user in cls.users.values()]
        for user in cls.users.values():
            user.email = f"{user.login}@example.com"
        cls.enterClassContext(freeze_time(_LATER))

    def make_report(self, **vals):
        return self.env["iot.compliance.report"].create(
            {
                "farm_id": self.farm.id,
                "date_from": "2026-01-05",
                "date_to": "2026-01-06",
                **vals,
            }
        )

    def make_schedule(self, **vals):
        return self.env["iot.compliance.schedule"].create(
            {
                "farm_id": self.farm.id,
                "frequency": "weekly",
                "user_ids": self.users["operator"].ids,
                "next_date": "2026-01-12",
                **vals,
            }
        )
