"""What the line is compared with, each a process of its own."""
