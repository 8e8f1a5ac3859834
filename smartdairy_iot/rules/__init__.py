"""What is a breach, when does it begin and when does it end. Pure."""
