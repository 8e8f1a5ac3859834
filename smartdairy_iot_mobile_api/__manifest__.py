{
    "name": "Smart Dairy IoT: Mobile API",
    "version": "19.0.1.1.0",
    "category": "Supply Chain/IoT",
    "summary": "The JSON API of the mobile app",
    "author": "Smart Dairy Development Team",
    "website": "https://smartdairy.com",
    "license": "LGPL-3",
    "depends": ["smartdairy_iot"],
    "data": [
        "security/ir.model.access.csv",
        "security/iot_app_rules.xml",
        "views/iot_app_session_views.xml",
        "views/iot_app_pairing_views.xml",
        "views/res_users_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "installable": True,
}
