"""What a sensor measured on a transport. Pure: neither Odoo nor a store."""
