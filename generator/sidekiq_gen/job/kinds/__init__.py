"""The shapes that a job can have."""
