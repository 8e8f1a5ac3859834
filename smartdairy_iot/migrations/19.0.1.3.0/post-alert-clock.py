"""Alerts that hold begin to count how long; what is over is counted from its times."""


def migrate(cr, version):
    # Raw SQL: all alerts at once, without a word in their chatter.
    cr.execute(
        "UPDATE iot_alert SET active_since = started_at"
        " WHERE is_active AND is_open AND active_since IS NULL"
    )
    cr.execute(
        "UPDATE iot_alert SET outside_minutes ="
        " extract(epoch FROM cleared_at - started_at) / 60"
        " WHERE cleared_at > started_at AND coalesce(outside_minutes, 0) = 0"
    )
