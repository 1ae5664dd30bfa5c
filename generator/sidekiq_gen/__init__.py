"""Sidekiq jobs and their specs, right for the exact Sidekiq in Gemfile.lock."""

__version__ = "0.1.0"
