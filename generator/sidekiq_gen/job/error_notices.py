"""Error classes that a flag names and that nothing in the repo defines, though something there is nearly called so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.raised import is_of_ruby_or_rails
from sidekiq_gen.near import near
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.errors import error_class

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.rails.app import RailsApp


def error_notices(errors: Iterable[str], app: RailsApp) -> Iterator[Notice]:
    """That a class is not there, where that can be known: one in a namespace of the repo's own, or in none at all.

    What a gem defines cannot be known: of a class in another namespace nothing is said.
    """
    for error in errors:
        if is_of_ruby_or_rails(error) or error_class(app, error) or not _would_be_here(error, app):
            continue
        from sidekiq_gen.rails.error_names import own_errors

        meant = near(error, (name for name, _ in own_errors(app.constants)))
        if meant or "::" in error:
            yield Notice(
                "error-class-not-found",
                f"No file in the repo defines the error class {error}.",
                f"Did you mean {meant[0]}?" if meant else "Define it, or name one that the work raises.",
            )


def _would_be_here(error: str, app: RailsApp) -> bool:
    """Whether the repo would define it."""
    outermost, _, inner = error.partition("::")
    return not inner or bool(app.constants.definers.get(outermost))
