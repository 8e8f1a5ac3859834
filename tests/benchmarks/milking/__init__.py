"""Milkings, attention and the compliance report; `driver` runs in Odoo's shell."""
