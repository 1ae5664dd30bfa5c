"""The names that only this command uses in a repo; Ruby's autoloaders pass over hidden files."""

JOURNAL = ".sidekiq-gen-journal"


def temporary(token: str, number: int, what: str) -> str:
    """The name of a temporary file beside its target: that of the `number`-th file of a run, ``new`` or ``old``."""
    return f".sidekiq-gen-{token}-{number}.{what}"
