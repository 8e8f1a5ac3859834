"""Rules and alerts: the evaluation in Odoo's shell, and what the whole line does."""
