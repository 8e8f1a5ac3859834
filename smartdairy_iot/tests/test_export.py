import io
import json
from urllib.parse import unquote

import openpyxl

from odoo.http import Request
from odoo.tests import HttpCase, tagged

_URL = "/smartdairy_iot/export/xlsx"


@tagged("post_install", "-at_install")
class TestExport(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, group in (
            ("export-user", "smartdairy_iot.group_iot_user"),
            ("export-portal", "base.group_portal"),
            ("export-stranger", "base.group_user"),
        ):
            cls.env["res.users"].create(
                {
                    "name": login,
                    "login": login,
                    "password": login,
                    "group_ids": [(6, 0, cls.env.ref(group).ids)],
                }
            )

    def export(self, login, table, is_forged=False):
        self.authenticate(login, login)
        data = {"data": table if isinstance(table, str) else json.dumps(table)}
        if not is_forged:
            data["csrf_token"] = Request.csrf_token(self)
        return self.url_open(_URL, data=data, allow_redirects=False)

    def test_a_user_gets_what_their_screen_shows(self):
        table = {"name": "Trend: a/b", "columns": ["Time", "°C"], "rows": [["9", 3.8]]}
        response = self.export("export-user", table)
        self.assertEqual(response.status_code, 200, response.text[:300])
        # As the browser names the CSV and the picture.
        told = unquote(response.headers["Content-Disposition"])
        self.assertIn("Trend a b.xlsx", told)
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
        rows = [[cell.value for cell in row] for row in sheet.rows]
        self.assertEqual(rows, [["Time", "°C"], ["9", 3.8]])

    def test_nobody_else_gets_anything(self):
        table = {"name": "x", "columns": ["a"], "rows": []}
        for login in ("export-portal", "export-stranger"):
            response = self.export(login, table)
            self.assertEqual(response.status_code, 403, login)
        self.authenticate(None, None)
        response = self.url_open(_URL, data={"data": "{}"}, allow_redirects=False)
        self.assertIn(response.status_code, (303, 400, 403))
        self.assertNotIn(b"PK", response.content[:2])

    def test_another_site_cannot_have_it_made(self):
        table = {"name": "x", "columns": ["a"], "rows": []}
        self.assertEqual(self.export("export-user", table, True).status_code, 400)

    def test_what_is_no_table_is_told_in_words(self):
        for table in ("no json", "[]", {"name": "x", "columns": ["a"], "rows": [1]}):
            response = self.export("export-user", table)
            self.assertEqual(response.status_code, 422, response.text[:200])
            self.assertIn("no table of a board", response.text)
