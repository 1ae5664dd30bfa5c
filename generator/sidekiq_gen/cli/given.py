"""Where a command was started, and what it was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import Refused
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.flags import Answers


def here() -> Path:
    """The current folder.

    Raises:
        Refused: it has been deleted.
    """
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise Refused(
            "The current folder is gone.", hint="Change to one that exists, and run this again.", code="no-folder"
        ) from None


def given(values: Mapping[str, Any]) -> Answers:
    """The flags that were on the command line; what was left out is not in the result."""
    return {
        name: Sourced(value, "flag")
        for name, value in values.items()
        if value is not None and value is not False and value != []
    }
