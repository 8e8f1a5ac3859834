"""Ten thousand devices in Odoo, and what the web client asks about them."""
