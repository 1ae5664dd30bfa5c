"""One entry of the record: what was asked for, and what was written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.gems import Gems, gem_version
from sidekiq_gen.values import dataclass, names_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Command = Literal["job", "install"]
Key: TypeAlias = "tuple[Command, str]"
"""The command and the name of an entry; of `install` the name is empty."""

_ID = regex(r"[0-9a-f]{40}")
_MARK = b"\xef\xbb\xbf"
_COMMANDS = ("install", "job")
_GEMS = frozenset({"sidekiq", "source", "unique_jobs", "throttled", "rails"})
_SOURCES = ("gem", "git", "path")


@dataclass(frozen=True)
class Entry:
    """What one run of `job` or `install` has written.

    name: of the class; empty for `install`.
    answers, settings, found: by parameter, what was asked for, what ``.sidekiq-gen.toml`` said in place of flags that
        were left out, and what of the rest says where the files lie: ``dir``, ``test``, ``base``, ``model``.
    gems: what it was rendered for.
    by: what rendered it: `makers.made_by`.
    files: by path, the ids of what was written there: of the last rendering, and, where edits have been merged into
        that, of the last one that was in the file as a whole.
    """

    command: Command
    name: str
    answers: Mapping[str, Any]
    settings: Mapping[str, Any]
    found: Mapping[str, Any]
    gems: Gems
    by: str
    files: Mapping[str, tuple[str, ...]]

    @property
    def key(self) -> Key:
        """What tells it apart from the others."""
        return (self.command, self.name)

    def encode(self) -> str:
        """Its line, without a line end: in UTF-8, whatever the locale has made of names."""
        gems = {name: value for name in names_of(self.gems) if (value := getattr(self.gems, name)) is not None}
        told: dict[str, object] = {"command": self.command, "name": self.name, "answers": self.answers}
        told |= {name: part for name in ("settings", "found") if (part := getattr(self, name))}
        from json import dumps

        told |= {"gems": gems, "by": self.by, "files": {path: list(ids) for path, ids in self.files.items()}}
        return os.fsencode(dumps(told, ensure_ascii=False)).decode("utf-8", "surrogateescape")


def decode(line: str) -> Entry:
    """Read a line.

    Raises:
        ValueError: it is none of ours.
    """
    told = _object(line)
    command, name = key_of(told)
    parts = [told.get(part, {}) for part in ("answers", "settings", "found", "gems", "files")]
    if not all(isinstance(part, dict) for part in parts) or not isinstance(told.get("by"), str):
        raise ValueError(line[:80])
    answers, settings, found, gems, files = parts
    if not all(_is_value(value) for part in (answers, settings, found) for value in part.values()):
        raise ValueError(line[:80])
    if command == "job" and not isinstance(answers.get("name"), str):
        raise ValueError(line[:80])
    if not all(_is_ids(ids) for ids in files.values()):
        raise ValueError(line[:80])
    kept = {path: tuple(ids) for path, ids in files.items()}
    return Entry(command, name, answers, settings, found, _gems(gems), told["by"], kept)


def read_key(line: str) -> Key:
    """Whose line this is.

    Raises:
        ValueError: nobody's.
    """
    return key_of(_object(line))


def key_of(told: Mapping[str, Any]) -> Key:
    """The same of a line that is read.

    Raises:
        ValueError: it has none.
    """
    command, name = told.get("command"), told.get("name")
    if command not in _COMMANDS or not isinstance(name, str):
        raise ValueError(command)
    return ("job" if command == "job" else "install", name)


def identity(content: bytes) -> str:
    """What git calls this content: forty hexadecimal digits; a byte order mark and CR before LF are left out.

    With it git finds the text again, whatever its path was, and needs no search for that.
    """
    from hashlib import sha1  # what only shows a job needs none

    plain = content.removeprefix(_MARK).replace(b"\r\n", b"\n")
    return sha1(b"blob %d\0" % len(plain) + plain, usedforsecurity=False).hexdigest()


def _object(line: str) -> dict[str, Any]:
    from json import loads

    try:
        told = loads(os.fsdecode(line.encode("utf-8", "surrogateescape")))
    except RecursionError:
        raise ValueError(line[:80]) from None
    if not isinstance(told, dict):
        raise ValueError(line[:80])  # noqa: TRY004 - whatever it is, it is no line of ours
    return told


def _gems(told: Mapping[str, Any]) -> Gems:
    texts = all(isinstance(value, str) for value in told.values())
    if not texts or told.get("source") not in _SOURCES or not {"sidekiq", "source"} <= told.keys() <= _GEMS:
        raise ValueError(told)
    for name in told.keys() - {"source"}:
        gem_version(told[name])
    return Gems(**told)


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, (str, int))  # bool is one


def _is_ids(ids: object) -> bool:
    return isinstance(ids, list) and bool(ids) and all(isinstance(one, str) and _ID.fullmatch(one) for one in ids)
