"""Rejected messages of before are of the device that they name."""


def migrate(cr, version):
    # Raw SQL: all rows at once, which only machines write.
    cr.execute(
        "UPDATE iot_rejected_message AS message SET device_id = device.id"
        "  FROM iot_device AS device"
        " WHERE device.device_id = message.device_ref AND message.device_id IS NULL"
    )
