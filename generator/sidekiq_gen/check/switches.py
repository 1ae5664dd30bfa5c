"""What a repo has switched on or off for all of its jobs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.rails.files import Repo

_STRICT = regex(r"^[^#\n]*\bstrict_args!(?:[ \t]*\(?[ \t]*(:warn|false))?", re.MULTILINE, needs="strict_args!")
_LOGGER = regex(r"^[^#\n]*\b(?:config|Sidekiq)\.logger[ \t]*=[^=]", re.MULTILINE, needs="logger")
# Gems whose loggers take keywords, and which put themselves in the place of others.
_LOGGERS = frozenset({"semantic_logger", "rails_semantic_logger", "ougai", "twiglet", "sidekiq-logging-json"})


def strict_arguments(repo: Repo) -> bool | None:
    """What is said with ``Sidekiq.strict_args!``; None where nothing is."""
    strict = None
    for text in _settings(repo):
        for said in _STRICT.finditer(text):
            strict = said[1] is None
    return strict


def own_logger(repo: Repo, gems: Mapping[str, str]) -> bool:
    """Whether jobs log through something else than Sidekiq's own logger."""
    return not _LOGGERS.isdisjoint(gems) or any(_LOGGER.search(text) for text in _settings(repo))


def _settings(repo: Repo) -> list[str]:
    """The Ruby files that set Sidekiq up."""
    texts = (repo.read(path) or "" for path in repo.files("config"))
    return [text for text in texts if "idekiq" in text]
