{
    "name": "Smart Dairy IoT: Mobile API",
    "version": "19.0.1.1.0",
    "category": "Supply Chain/IoT",
    "summary": "The JSON API of the mobile app",
    "author": "Smart Dairy Development Team",
    "website": "https://smartdairy.com",
    "license": "LGPL-3",
    "depends": ["smartdairy_iot"],
    "external_dependencies": {"python": ["pydantic"]},
    "installable": True,
}
