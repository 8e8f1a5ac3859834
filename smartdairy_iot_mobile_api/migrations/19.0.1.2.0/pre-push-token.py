def migrate(cr, version):
    """A constraint has taken its place, which takes longer tokens."""
    cr.execute("DROP INDEX IF EXISTS iot_app_session_push_token")
