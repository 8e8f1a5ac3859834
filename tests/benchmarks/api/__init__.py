"""What the mobile app asks, of many phones at once."""
