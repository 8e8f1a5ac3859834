{
    "name": "Smart Dairy IoT: TimescaleDB",
    "version": "19.0.1.1.0",
    "category": "Supply Chain/IoT",
    "summary": "Keeps the readings in TimescaleDB, apart from Odoo's database",
    "author": "Smart Dairy Development Team",
    "website": "https://smartdairy.com",
    "license": "LGPL-3",
    "depends": ["smartdairy_iot"],
    "uninstall_hook": "uninstall_hook",
    "installable": True,
}
