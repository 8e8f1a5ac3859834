"""How a device has been: when it was there, and what came of it. Pure."""
