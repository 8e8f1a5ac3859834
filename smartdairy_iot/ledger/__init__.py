"""A log that nobody changes unseen: days of entries, chained by hashes. Pure."""
