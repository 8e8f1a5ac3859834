"""Pages of docs/ that are made from the code: ``python3 scripts/reference``."""
