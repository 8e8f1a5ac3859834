"""Many devices, each with a certificate of its own."""
