"""Rendered jobs on real Rails, Sidekiq, Redis and databases: the harness and its tests."""
