"""Everything that docker/ mounts, run on this machine without a container engine."""
