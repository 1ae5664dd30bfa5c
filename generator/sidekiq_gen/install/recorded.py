"""What is recorded of `install`: what was asked for, and the files that are wholly its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.record.answers import divided
from sidekiq_gen.record.entry import Entry, identity
from sidekiq_gen.record.makers import made_by

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.install.pipeline import Installation
    from sidekiq_gen.rails.app import RailsApp


def install_entry(answers: Answers, made: Installation, app: RailsApp) -> Entry:
    """The entry of `install`.

    answers: as they were given, each with its origin. Of a file of somebody's own, into which
    something is inserted, nothing is recorded: what was put there is not ours to render again.
    """
    said, settings = divided(answers, app)
    health = made.request.health_check
    found = {"test": health.test} if health and "test" not in answers else {}
    texts = {path: (identity(text.encode("utf-8", "surrogateescape")),) for path, text in made.texts}
    return Entry("install", "", said, settings, found, made.request.release.gems, made_by(app), texts)
