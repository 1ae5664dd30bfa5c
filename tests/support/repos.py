"""Small Rails repos to generate into: those that `templates check` renders for."""

from sidekiq_gen.testing.repos import ERRORS, SCHEMA, SERVICES, Repo

__all__ = ["ERRORS", "SCHEMA", "SERVICES", "Repo"]
