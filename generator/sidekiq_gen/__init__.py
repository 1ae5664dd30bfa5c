"""Generates Sidekiq jobs and their specs, correct for the exact Sidekiq version in Gemfile.lock."""

__version__ = "0.1.0"
