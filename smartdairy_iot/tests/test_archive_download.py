import tempfile
from datetime import datetime
from pathlib import Path

from odoo.tests import HttpCase, new_test_user, tagged

from ..models.iot_archive import IotArchive


@tagged("post_install", "-at_install")
class TestArchiveDownload(HttpCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.patch(IotArchive, "_folder", lambda _self: Path(folder.name))
        self.archive = self.env["iot.archive"].create(
            {
                "table_name": "temperature_readings",
                "file_name": "temperature.csv.gz",
                "date_from": datetime(2025, 1, 1),
                "date_to": datetime(2025, 1, 2),
            }
        )
        (Path(folder.name) / "temperature.csv.gz").write_bytes(b"the file")
        for login, groups in {
            "user": "smartdairy_iot.group_iot_user",
            "manager": "smartdairy_iot.group_iot_manager",
            "system": "smartdairy_iot.group_iot_manager,base.group_system",
            "alien": "base.group_system",
        }.items():
            new_test_user(self.env, login, groups=f"base.group_user,{groups}")

    def download(self, login, archive_id=None):
        self.authenticate(login, login)
        archive_id = archive_id or self.archive.id
        return self.url_open(f"/smartdairy_iot/archive/{archive_id}")

    def test_an_administrator_gets_the_file(self):
        response = self.download("system")
        self.assertEqual((response.status_code, response.content), (200, b"the file"))
        self.assertIn("temperature.csv.gz", response.headers["Content-Disposition"])

    def test_nobody_else_does(self):
        for login in ("user", "manager", "alien"):
            self.assertEqual(self.download(login).status_code, 403, login)
        self.authenticate(None, None)
        response = self.url_open(f"/smartdairy_iot/archive/{self.archive.id}")
        self.assertNotIn(b"the file", response.content)

    def test_what_is_not_there_is_not_found(self):
        self.assertEqual(self.download("system", 999999).status_code, 404)
        self.archive._path().unlink()
        self.assertEqual(self.download("system").status_code, 404)
