"""Rules that only the report of a move asks."""
