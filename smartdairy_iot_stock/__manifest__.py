{
    "name": "Smart Dairy IoT: Inventory Locations",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/IoT",
    "summary": "Which sensor stands at which inventory location",
    "author": "Smart Dairy Development Team",
    "website": "https://smartdairy.com",
    "license": "LGPL-3",
    "depends": ["smartdairy_iot", "stock"],
    "data": [
        "views/iot_device_views.xml",
        "views/farm_farm_views.xml",
        "views/stock_location_views.xml",
    ],
    "auto_install": True,
    "installable": True,
}
