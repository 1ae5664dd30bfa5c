"""What is there already: what it lacks, and what can be added to it without doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.install.request import CONFIGURATION, INITIALIZER, UNIQUE_JOBS
from sidekiq_gen.install.settings import SETTING_BY_NAME, UNIQUE_WIRING, code
from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.queues import queues_of

if TYPE_CHECKING:
    from sidekiq_gen.install.request import InstallRequest

_LIST = re.compile(r"^(?P<key>:?queues:)[ \t]*\n(?P<entries>(?:[ \t]*- [^\n#&*!|>]+(?:\n|\Z))+)", re.MULTILINE)
_ENTRY = re.compile(r"([ \t]*- )(.+)")


@dataclass(frozen=True)
class Existing:
    """A file that is there, seen with what is wanted in mind.

    lacks: what is wanted and not in it, for people.
    merged: the text with that in it; the text as it is when nothing is lacking; None where a person must do it.
    """

    path: str
    lacks: tuple[str, ...]
    merged: str | None


def examine(request: InstallRequest, path: str, text: str) -> Existing | None:
    """What is to be known of a file that is there; None for one that is either the same or not."""
    if path == INITIALIZER:
        settings = [SETTING_BY_NAME[name] for name in request.settings]
        lacks = [setting.shown for setting in settings if not setting.sign.search(code(text))]
    elif path == UNIQUE_JOBS:
        lacks = [] if UNIQUE_WIRING.search(code(text)) else ["the middleware of sidekiq-unique-jobs"]
    elif path == CONFIGURATION:
        return _configuration(request, text)
    else:
        return None
    return Existing(path, tuple(lacks), None if lacks else text)


def queue_entry(name: str) -> str:
    """The name of a queue as YAML reads it back: in quotes where it would be a number or a boolean."""
    return name if yaml.load(f"[{name}]") == [name] else f'"{name}"'


def _configuration(request: InstallRequest, text: str) -> Existing:
    document = yaml.load(text)
    configured = queues_of(document)
    missing = [name for name in request.used_queues if name not in configured]
    if not missing:
        return Existing(CONFIGURATION, (), text)
    lacks = tuple(f"the queue {name}" for name in missing)
    return Existing(CONFIGURATION, lacks, _with_queues(text, document, missing))


def _with_queues(text: str, document: object, missing: list[str]) -> str | None:
    """The text with more queues at the end of its one plain list; None where there is any doubt."""
    lists = list(_LIST.finditer(text))
    plain = isinstance(document, dict) and "<%" not in text and "\r" not in text
    if not plain or len(lists) != 1 or text.count("queues") != 1:
        return None
    entries = [_ENTRY.fullmatch(line) for line in lists[0]["entries"].splitlines()]
    last = entries[-1]
    if last is None or any(entry is None or entry[1] != last[1] for entry in entries):
        return None
    weighted = last[2].lstrip().startswith("[")
    lines = [f"{last[1]}{f'[{queue_entry(name)}, 1]' if weighted else queue_entry(name)}\n" for name in missing]
    end = lists[0].end()
    before = text[:end] if text[:end].endswith("\n") else f"{text[:end]}\n"
    merged = before + "".join(lines) + text[end:]
    certain = queues_of(yaml.load(merged)) == [*queues_of(document), *missing]
    return merged if certain else None
