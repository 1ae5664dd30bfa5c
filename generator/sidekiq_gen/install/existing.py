"""Files that are there and are somebody's own: what they lack, and the text with that in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.install.insertion import insert
from sidekiq_gen.install.queues import insert_queues
from sidekiq_gen.install.rendering import additions_for
from sidekiq_gen.install.request import CONFIGURATION, INITIALIZER
from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.queues import queues_of

if TYPE_CHECKING:
    from sidekiq_gen.install.request import InstallRequest


@dataclass(frozen=True)
class Existing:
    """A file that is there, seen with what is wanted in mind.

    lacks: what is wanted and not in it, for people. text: that, as it would stand in the file.
    merged: the whole file with it, every byte that was there kept; None where no place for it is certain.
    why: why it is not certain, where that is not plain; else empty.
    """

    path: str
    lacks: tuple[str, ...]
    text: str
    merged: str | None
    why: str = ""


def examine(request: InstallRequest, path: str, text: str) -> Existing | None:
    """What is to be known of a file that is there; None for one of which install writes all or nothing."""
    if path == CONFIGURATION:
        return _configuration(request, text)
    if path != INITIALIZER and not (request.unique and path == request.unique.home):
        return None
    lacking = additions_for(request, path, text)
    shown = "\n\n".join(addition.in_its_block for addition in lacking)
    return Existing(path, tuple(addition.shown for addition in lacking), shown, insert(text, lacking))


def _configuration(request: InstallRequest, text: str) -> Existing:
    configured = queues_of(yaml.load(text))
    missing = [name for name in request.used_queues if name not in configured]
    lacks = tuple(f"the queue {name}" for name in missing)
    if not missing:
        return Existing(CONFIGURATION, (), "", text)
    lines = "\n".join(f"- {name}" for name in missing)
    if not request.reads_configuration:
        return Existing(CONFIGURATION, lacks, lines, None, "every process is started with other queues")
    return Existing(CONFIGURATION, lacks, lines, insert_queues(text, missing))
