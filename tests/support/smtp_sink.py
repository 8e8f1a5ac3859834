"""The SMTP server of the add-on's tests, without the add-on, which needs Odoo."""

import importlib.util
from pathlib import Path

_PATH = Path(__file__).parents[2] / "smartdairy_iot" / "tests" / "smtp_sink.py"
_spec = importlib.util.spec_from_file_location("smtp_sink", _PATH)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
SmtpSink = _module.SmtpSink
