"""The facts of all files of a repo: of those that have changed since the last run anew, of the others as kept."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidekiq_gen import __version__
from sidekiq_gen.changes.cache import keep, kept
from sidekiq_gen.check.facts import FileFacts
from sidekiq_gen.check.files import ruby_files
from sidekiq_gen.check.storing import restored, stored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sidekiq_gen.check.rule import Context, Rule
    from sidekiq_gen.rails.app import RailsApp

# A file that was changed so shortly before it was read may be changed again without its times showing it.
SETTLED = 2_000_000_000  # nanoseconds
_FORM = 1  # of the file; another one is not read
_ENTRY = 4
_LENGTH = 32  # hexadecimal digits


def gathered(
    app: RailsApp, rules: Sequence[Rule], context: Context, folder: Path | None
) -> tuple[tuple[FileFacts, ...], int]:
    """The facts of every file that says anything, in the order of paths, and how many files there are.

    folder: where facts are kept; None to read everything, and keep nothing.
    """
    paths = sorted(ruby_files(app.repo))
    if folder is None:
        found = _read(paths, app, rules, context)
        return tuple(facts for path in paths if (facts := found.get(path))), len(paths)
    file, key = _place(app, rules, folder), _key(app, rules, context)
    known = _known(file, key)
    stamps = {path: stamp for path in paths if (stamp := app.repo.stamp(path))}
    fresh = {path: one[-1] for path in paths if (one := known.get(path)) and one[:-1] == stamps.get(path)}
    now = time.time_ns()
    found = {**fresh, **_read([path for path in paths if path not in fresh], app, rules, context)}
    if len(fresh) != len(known) or len(found) != len(fresh):
        _keep(file, key, {path: (*stamps[path], found[path]) for path in found if _is_settled(stamps.get(path), now)})
    return tuple(facts for path in paths if (facts := found.get(path))), len(paths)


def _read(
    paths: Sequence[str], app: RailsApp, rules: Sequence[Rule], context: Context
) -> Mapping[str, FileFacts | None]:
    if not paths:
        return {}
    from sidekiq_gen.check.processes import read_all  # and with it the grammar

    return read_all(paths, app, rules, context)


def _is_settled(stamp: tuple[int, ...] | None, now: int) -> bool:
    return stamp is not None and max(stamp[:2]) < now - SETTLED


def _place(app: RailsApp, rules: Sequence[Rule], folder: Path) -> Path:
    """The file of a repo; where other rules are asked it is another one."""
    said = "\0".join([os.path.realpath(app.root), *(rule.code for rule in rules)])
    digest = hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:_LENGTH]
    return folder / "check" / f"{digest}.json"


def _key(app: RailsApp, rules: Sequence[Rule], context: Context) -> list[object]:
    """All that the facts of a file depend on beside the file: this program, the rules, and what these may know."""
    return [_FORM, __version__, _program(), os.path.realpath(app.root), [rule.code for rule in rules], repr(context)]


def _program() -> str:
    """The modules of `check` as they are: in a checkout they change without the version."""
    package = Path(__file__).parent
    found = sorted(package.rglob("*.py"))
    told = [f"{path.relative_to(package)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in found]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:_LENGTH]


def _known(file: Path, key: list[object]) -> dict[str, Any]:
    """What is kept by path: the stamp of a file, then its facts; nothing where it is not for us, or broken."""
    data = kept(file)
    if data is None:
        return {}
    head, _, rest = data.partition(b"\n")
    try:
        found = restored(rest) if head == stored(key).encode() else {}
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    whole = isinstance(found, dict) and all(_is_entry(one) for one in found.values())
    return found if whole else {}


def _is_entry(value: object) -> bool:
    """Whether it is a stamp, and facts behind it or None."""
    return isinstance(value, tuple) and len(value) == _ENTRY and isinstance(value[-1], (FileFacts, type(None)))


def _keep(file: Path, key: list[object], files: Mapping[str, tuple[object, ...]]) -> None:
    try:
        content = f"{stored(key)}\n{stored(files)}"
    except TypeError:
        return
    keep(file, content.encode())
