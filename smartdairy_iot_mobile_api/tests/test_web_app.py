"""The reference client's terms, and the addresses it is served at."""

import re
from unittest.mock import patch

from babel.messages.extract import extract_from_file

from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import code_translations

MODULE = "smartdairy_iot_mobile_api"
TERMS = f"{MODULE}/static/src/app_terms.js"


@tagged("post_install", "-at_install")
class TestWebApp(HttpCase):
    def test_odoo_exports_every_term_of_the_app(self):
        path = file_path(TERMS)
        extractor = "odoo.tools.babel:extract_javascript"
        found = extract_from_file(extractor, path, keywords={"_t": None})
        exported = {message for _line, message, _comments, _context in found}
        with open(path, encoding="utf-8") as file:
            said = set(re.findall(r'_t\(\s*"([^"]+)"', file.read()))
        self.assertGreater(len(said), 70)
        self.assertEqual(exported, said)

    def test_nobody_yet_gets_the_terms_in_a_language_and_its_direction(self):
        arabic = self.env["res.lang"].with_context(active_test=False)
        arabic.search([("code", "=", "ar_001")]).active = True
        messages = {"messages": [{"id": "Devices", "string": "الأجهزة"}]}
        translated = {(MODULE, "ar_001"): messages}
        with patch.dict(code_translations.web_translations, translated):
            address = f"/web/webclient/translations?mods={MODULE}&lang=ar_001"
            answer = self.url_open(address).json()
        self.assertEqual(answer["lang_parameters"]["direction"], "rtl")
        self.assertEqual(answer["modules"][MODULE], messages)
