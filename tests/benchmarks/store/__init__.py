"""The time-series store at 10 million readings; `driver` runs inside Odoo's shell."""
