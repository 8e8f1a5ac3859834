"""Backup and restore of an installation; the standard library and PostgreSQL's own.

Programs of PostgreSQL are those of ``PG_BIN``, or of the PATH. docs/backup.md tells
what belongs together, and why in this order.
"""
