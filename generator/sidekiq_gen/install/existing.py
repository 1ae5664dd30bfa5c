"""Files that are there and are somebody's own: what they lack, and the text with that in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.install.insertion import insert
from sidekiq_gen.install.queues import insert_queues
from sidekiq_gen.install.rendering import additions_for, schedule_entry
from sidekiq_gen.install.request import CONFIGURATION, INITIALIZER
from sidekiq_gen.install.schedule import CRON_FILE, NAME
from sidekiq_gen.install.schedule_yaml import insert_entry
from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.queues import queues_of
from sidekiq_gen.values import dataclass

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
    if path == CRON_FILE:
        return _scheduled(request, path, text) or Existing(path, (), "", text)
    if path != INITIALIZER and not (request.unique and path == request.unique.home):
        return None
    lacking = additions_for(request, path, text)
    shown = "\n\n".join(addition.in_its_block for addition in lacking)
    return Existing(path, tuple(addition.shown for addition in lacking), shown, insert(text, lacking))


def _scheduled(request: InstallRequest, path: str, text: str) -> Existing | None:
    """The same for the schedule of the health check alone; None where that file is not to have it, or has it."""
    schedule = request.schedule
    if schedule is None or not schedule.is_in(path) or re.search(rf"(?<![\w:]){schedule.class_name}\b", text):
        return None
    lacks = (f"the schedule of {schedule.class_name}",)
    return Existing(path, lacks, schedule_entry(schedule), insert_entry(text, NAME, schedule.pairs, schedule.keys))


def _with_schedule(request: InstallRequest, known: Existing, text: str) -> Existing:
    """What the configuration lacks, the schedule included."""
    there = known.merged if known.merged is not None else text
    more = _scheduled(request, CONFIGURATION, there)
    if more is None:
        return known
    certain = known.merged is not None and more.merged is not None
    shown = "\n".join(filter(None, (known.text, more.text)))
    return Existing(CONFIGURATION, known.lacks + more.lacks, shown, more.merged if certain else None, known.why)


def _configuration(request: InstallRequest, text: str) -> Existing:
    return _with_schedule(request, _queues(request, text), text)


def _queues(request: InstallRequest, text: str) -> Existing:
    configured = queues_of(yaml.load(text))
    missing = [name for name in request.used_queues if name not in configured]
    lacks = tuple(f"the queue {name}" for name in missing)
    if not missing:
        return Existing(CONFIGURATION, (), "", text)
    lines = "\n".join(f"- {name}" for name in missing)
    if not request.reads_configuration:
        return Existing(CONFIGURATION, lacks, lines, None, "every process is started with other queues")
    return Existing(CONFIGURATION, lacks, lines, insert_queues(text, missing))
