"""Files that readings are kept in once they leave the database. Pure."""
