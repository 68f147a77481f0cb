"""Long checks with real processes and faults, each a command from a seed."""
