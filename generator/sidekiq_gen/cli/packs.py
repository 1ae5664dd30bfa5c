"""The pack that a command line means, before it is read: it has flags of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.cli.given import here
from sidekiq_gen.job.packs import found, of_the_file
from sidekiq_gen.rails.lockfile import find_root
from sidekiq_gen.settings import FILE, TEMPLATES, WITHOUT, read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.packs.pack import Pack


def on_the_line(words: Sequence[str]) -> Pack | None:
    """The pack whose flags may stand on a command line of ``job``: the one that it names, or the file of the repo.

    Raises:
        InvalidInput, Refused: there is none, or it makes no sense.
    """
    typed = _value(words, TEMPLATES.option)
    if typed:
        return found(typed, here())
    if _value(words, WITHOUT.option) == TEMPLATES.parameter:
        return None
    given = _value(words, "--root")
    root = Path(given) if given else find_root(here())
    if root is None or not os.path.lexists(root / FILE):
        return None
    named = of_the_file(read_settings(root).tables, "job")
    return found(named, root, root) if named else None


def _value(words: Sequence[str], option: str) -> str:
    """What stands behind an option, or behind its equals sign; empty where it is not there."""
    for place, word in enumerate(words):
        if word == "--":
            break
        if word == option:
            return words[place + 1] if place + 1 < len(words) else ""
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""
