"""What the soak consists of: faults, and memory over time."""
