"""What a probe says → what is true, by what a technician measured beside it. Pure."""
