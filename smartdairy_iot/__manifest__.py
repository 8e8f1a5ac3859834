{
    "name": "Smart Dairy IoT Integration",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/IoT",
    "summary": "Sensors over MQTT, live dashboards and alerts for dairies",
    "author": "Smart Dairy Development Team",
    "website": "https://smartdairy.com",
    "license": "LGPL-3",
    "depends": ["base", "bus", "mail", "web"],
    # Both define a model iot.device of their own.
    "excludes": ["iot", "iot_oca"],
    "external_dependencies": {"python": ["paho-mqtt"]},
    "data": [
        "security/iot_groups.xml",
        "security/ir.model.access.csv",
        "security/iot_rules.xml",
        "data/ir_cron.xml",
        "data/iot_threshold.xml",
        "views/farm_farm_views.xml",
        "views/iot_device_views.xml",
        "views/iot_threshold_views.xml",
        "views/iot_alert_views.xml",
        "views/iot_rejected_message_views.xml",
        "views/iot_listener_views.xml",
        "views/iot_live_views.xml",
        "views/iot_menus.xml",
    ],
    "demo": [
        "demo/farm_demo.xml",
        "demo/iot.device.csv",
        "demo/iot_gateway_demo.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "smartdairy_iot/static/src/**/*",
        ],
        "web.assets_unit_tests": [
            "smartdairy_iot/static/tests/**/*",
        ],
    },
    "post_load": "post_load",
    "application": True,
    "installable": True,
}
