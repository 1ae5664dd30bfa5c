"""Changing a job while payloads of it are waiting: what is not safe, and the steps that are."""
