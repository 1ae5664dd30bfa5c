"""What was generated, rendered again: the old rendering, the new one, and what somebody has made of the file since.

The old rendering is made again, from the answers and for the gems that are recorded. With the same templates and
settings it is right as well where the repo shows something else today (another habit, another factory): both renderings
then show it, and what is between them is what the move changes, no more. Where templates or settings have moved too, it
is the old text only if it has the recorded id; else the text with that id is taken: from the file, if nobody has
changed it, or from git.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any

from sidekiq_gen.changes.places import Places
from sidekiq_gen.changes.plan import PlannedFile, contents, in_the_form_of
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.install.rendering import render as render_install
from sidekiq_gen.install.request import resolve_install
from sidekiq_gen.install.request import with_defaults as with_install_defaults
from sidekiq_gen.job.packs import found, of_the_file
from sidekiq_gen.job.recorded import as_recorded, recorded_answers
from sidekiq_gen.job.rendering import render
from sidekiq_gen.job.resolve import resolve_job
from sidekiq_gen.record.entry import identity
from sidekiq_gen.record.makers import made_by
from sidekiq_gen.settings import TEMPLATES
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.upgrade.earlier import with_gems, without
from sidekiq_gen.upgrade.history import texts_of
from sidekiq_gen.upgrade.merging import Merged, has_markers, merge
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.defaults import Defaults
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.record.book import Book
    from sidekiq_gen.record.entry import Entry, Key
    from sidekiq_gen.sidekiq.gems import Gems

Texts = dict[str, str]
"""By the recorded paths."""


@dataclass(frozen=True)
class Stale:
    """A file that is not what would be written now.

    conflicts: how many stretches of it would stand between markers. based: whether the text that was written is known.
    """

    file: PlannedFile
    name: str
    conflicts: int = 0
    based: bool = True


@dataclass(frozen=True)
class Again:
    """Everything that is recorded, rendered again; nothing is written yet.

    stale: in the order of the record. unresolved: files with markers that an earlier merge has left. gone: files that
    somebody has removed, and that would be others now. refused: what can no longer be had, with the reason.
    entries: what is recorded from now on; None of what is no longer there. count: how many files are recorded.
    """

    stale: tuple[Stale, ...]
    unresolved: tuple[str, ...]
    gone: tuple[str, ...]
    refused: tuple[tuple[str, InvalidInput | Refused], ...]
    entries: Mapping[Key, Entry | None]
    count: int


def render_again(book: Book, project: Project, defaults: Defaults) -> Again:
    """Render all entries again, as far as anything has moved since.

    Raises:
        BrokenRecord: a line of the record makes no sense.
        Refused: a path in it leads out of the root, or something else than a file is in the way.
    """
    return _Again(project, defaults).of(list(book.entries()))


class _Again:
    """The work of one run: projects and texts of git are made and asked for once."""

    def __init__(self, project: Project, defaults: Defaults) -> None:
        self._project = project
        self._defaults = defaults
        self._places = Places(project.app.root.resolve())
        self._label = f"sidekiq {project.release.text}"
        self._earlier: dict[Gems, Project] = {}
        self._kept: dict[str, bytes] = {}
        self._stale: list[Stale] = []
        self._unresolved: list[str] = []
        self._gone: list[str] = []
        self._refused: list[tuple[str, InvalidInput | Refused]] = []
        self._entries: dict[Key, Entry | None] = {}

    def of(self, entries: Sequence[Entry]) -> Again:
        """Go through all of them: first what needs no history, then what does."""
        there = {path: contents(path, self._places.find(path)) for entry in entries for path in entry.files}
        moved = [one for entry in entries if (one := self._moved(entry, there)) is not None]
        self._kept = texts_of(self._places.root, [one for each in moved for one in each.wanted(there)])
        for each in moved:
            self._merged(each, there)
        return Again(
            tuple(self._stale),
            tuple(self._unresolved),
            tuple(self._gone),
            tuple(self._refused),
            self._entries,
            len(there),
        )

    def _moved(self, entry: Entry, there: Mapping[str, bytes | None]) -> _Moved | None:
        """An entry that is to be looked at, with its texts; None of one that stays as it is."""
        marked = [path for path in entry.files if has_markers(_text(there[path] or b""))]
        if marked:
            self._unresolved += marked
            return None
        name = entry.name or entry.command
        try:
            known, answers, settings, by = self._now(entry)
            if (entry.gems, entry.by, entry.settings) == (self._project.release.gems, by, settings):
                return None
            new = _of_entry(entry, answers, known)
        except (InvalidInput, Refused) as error:
            self._refused.append((name, error))
            return None
        return _Moved(entry, name, self._old(entry), new, settings, by)

    def _now(self, entry: Entry) -> tuple[Project, Answers, Mapping[str, Any], str]:
        """The project, the answers with what the settings say today, that alone, and what renders."""
        if entry.command == "install":
            project = _for_install(entry, self._project)
            said = {name: Sourced(value, "flag") for name, value in entry.answers.items()}
            completed = with_install_defaults(said, project.app.settings)
        else:
            _, project = as_recorded(entry, self._project)
            said = {name: Sourced(value, "flag") for name, value in entry.answers.items()}
            completed = self._defaults.under(project.app.pack).complete(said, project)
        settings = {name: one.value for name, one in completed.items() if one.origin == "settings"}
        shown: dict[str, Sourced[Any]] = {name: Sourced(value, "default") for name, value in entry.found.items()}
        return project, {**shown, **completed}, settings, made_by(project.app)

    def _old(self, entry: Entry) -> Texts:
        """The old rendering; empty where it cannot be had any more."""
        try:
            if entry.gems not in self._earlier:
                self._earlier[entry.gems] = with_gems(self._project, entry.gems)
            project = self._earlier[entry.gems]
            if entry.command == "install":
                return _of_entry(entry, recorded_answers(entry), _for_install(entry, project))
            answers, project = as_recorded(entry, project)
            return _of_entry(entry, answers, project)
        except (InvalidInput, Refused):
            return {}

    def _merged(self, moved: _Moved, there: Mapping[str, bytes | None]) -> None:
        """Merge the files of an entry, and put down what is recorded of it from now on."""
        entry, files = moved.entry, {}
        for path, ids in entry.files.items():
            before, new = there[path], moved.new.get(path)
            if before is None:
                self._gone += [path] if new is not None and new != moved.old.get(path) else []
                continue
            files[path] = ids if new is None else self._file(moved, path, before, new)
        now = replace(entry, settings=moved.settings, gems=self._project.release.gems, by=moved.by, files=files)
        self._entries[entry.key] = now if files else None

    def _file(self, moved: _Moved, path: str, before: bytes, new: str) -> tuple[str, ...]:
        """Plan one file; the ids that are recorded of it from now on."""
        ids, mine = moved.entry.files[path], _plain(before)
        unedited = identity(before) == ids[0]
        base = moved.base(path, self._kept, mine if unedited else None)
        if base == new:
            return ids
        merged = merge(base, mine, new, self._label)
        if unedited and merged.conflicts:
            merged = Merged(new, 0)  # there is nothing of anybody's to be lost
        text = in_the_form_of(before, merged.text)
        file = PlannedFile(path, text, "update" if unedited else "merge", before)
        if file.content != before:
            self._stale.append(Stale(file, moved.name, merged.conflicts, base is not None))
        if unedited:
            return (identity(file.content),)
        return tuple(dict.fromkeys((identity(new.encode("utf-8", "surrogateescape")), ids[-1])))


@dataclass(frozen=True)
class _Moved:
    """An entry whose gems, templates or settings have moved, with both renderings.

    settings, by: what is recorded of it from now on.
    """

    entry: Entry
    name: str
    old: Texts
    new: Texts
    settings: Mapping[str, Any]
    by: str

    def known(self, path: str) -> str | None:
        """The old text of a file, as far as rendering it again shows it."""
        old, ids = self.old.get(path), self.entry.files[path]
        same_makers = self.by == self.entry.by
        return old if old is not None and (same_makers or _id(old) == ids[0]) else None

    def wanted(self, there: Mapping[str, bytes | None]) -> Iterator[str]:
        """The ids of what git is to be asked for."""
        for path, ids in self.entry.files.items():
            before = there[path]
            if before is not None and path in self.new and self.known(path) is None and identity(before) != ids[0]:
                yield from ids

    def base(self, path: str, kept: Mapping[str, bytes], unedited: str | None) -> str | None:
        """What was written, or what comes nearest to it; None where nobody knows any more.

        unedited: the file as it is, where it is still what was written.
        """
        known = self.known(path)
        if known is not None:
            return known
        if unedited is not None:
            return unedited
        return next((_plain(kept[one]) for one in self.entry.files[path] if one in kept), None)


def _for_install(entry: Entry, project: Project) -> Project:
    """The project as `install` sees it: without the files that it has written itself, and with its own pack.

    Raises:
        InvalidInput, Refused: its pack cannot be had.
    """
    root = project.app.root
    named = entry.answers.get(TEMPLATES.parameter) or of_the_file(project.app.settings.tables, "install")
    return without(project.with_pack(found(named, root, root) if named else None), frozenset(entry.files))


def _of_entry(entry: Entry, answers: Answers, project: Project) -> Texts:
    """The texts of an entry, by the paths under which they were written: where a folder is another one now as well.

    Raises:
        InvalidInput, Refused: they cannot be had.
    """
    if entry.command == "install":
        return {path: text for path, text in render_install(resolve_install(answers, project)) if path in entry.files}
    request = resolve_job(answers, project)
    texts = [*render(request), *(render(request.child) if request.child else ())]
    if len(texts) == len(entry.files):
        return {path: text for path, (_, text) in zip(entry.files, texts, strict=True)}
    return {path: text for path, text in texts if path in entry.files}


def _id(text: str) -> str:
    return identity(text.encode("utf-8", "surrogateescape"))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _plain(data: bytes) -> str:
    """The text of a file without a byte order mark, and with plain line ends where all are CRLF."""
    plain = data.removeprefix(codecs.BOM_UTF8)
    lines = plain.count(b"\n")
    return _text(plain.replace(b"\r\n", b"\n") if lines == plain.count(b"\r\n") else plain)
