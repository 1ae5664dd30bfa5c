"""Changing a job while its payloads wait: `check --against`, and `rename` and `argument`, which go in steps."""
