"""Reads ``pack.toml``: what a pack declares, and what is wrong with it, by file, line and key."""

from __future__ import annotations

import re
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sidekiq_gen import __version__, reading, toml
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.packs.layers import read_layer
from sidekiq_gen.packs.pack import FILE, FOLDER, Attribute, Pack, PackPattern
from sidekiq_gen.packs.shapes import SHAPES, check
from sidekiq_gen.regex import regex
from sidekiq_gen.settings import Setting, SettingsFile
from sidekiq_gen.toml import nearest, shown, written
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

A = TypeVar("A", Attribute, PackPattern)

GROUPS = ("once", "one", "pace", "fail", "seen")
LAYERS = ("class", "context", "lock", "check", "work")
KINDS = ("record", "plain", "claim", "backfill")
DATABASES = ("postgresql", "mysql", "sqlite")
TYPES = ("switch", "text", "number", "choice", "list", "duration")
# What flags of every command are called, or may be: no pack can take these.
RESERVED = frozenset(
    "name arguments from force skip pretend dry-run quiet no-input lint lint-fix format no-format no-record json root "
    "lockfile sidekiq-version overwrite keep help version without templates listed flags what".split()
)
# What a pattern cannot be called either, being a word of templates.
WORDS = frozenset(
    {"loop", "self", "super", "caller", "varargs", "kwargs", "range", "dict", "namespace", "true", "none"}
)

_NAME = regex(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_TOP = (
    Setting("name", "What the pack is called.", "text", pattern=_NAME.pattern, shape="as in my-pack"),
    Setting("sidekiq-gen", "The releases of sidekiq-gen that it is made for.", "text"),
    Setting("description", "What it is for.", "text"),
)
_ASKED = (
    Setting("help", "What it is, one sentence.", "text"),
    Setting("question", "What is asked on a terminal.", "text"),
    Setting("type", "What its flag takes.", "text", TYPES),
    Setting("metavar", "What the help calls its value.", "text"),
    Setting("choices", "What there is to choose.", "list"),
    Setting("shape", "What a value has to look like.", "text", tuple(SHAPES)),
)
_ATTRIBUTE = (*_ASKED, Setting("required", "Whether there is no job without it.", "switch"))
_NEEDS = (
    Setting("record", "Whether it needs a record.", "switch"),
    Setting("databases", "The databases that it can be had with.", "list"),
    Setting("gems", "The gems that it needs.", "list"),
    Setting("capabilities", "What the release has to be able to do.", "list"),
)
_PATTERN = (
    *_ASKED,
    *(Setting(name, "Shown by patterns.", "text") for name in ("summary", "paragraph", "avoid", "cost")),
    Setting("group", "The heading it stands under.", "text", GROUPS),
    Setting("layer", "Where it goes around the work.", "text", LAYERS),
    Setting("kinds", "What it can be laid over.", "list"),
    Setting("block", "Whether it lays a block around the work.", "switch"),
    Setting("names", "The names that it takes in the job.", "list"),
    Setting("excludes", "The patterns that it cannot be had with.", "list"),
)
_FREE = {"default", "example"}  # whose type is that of the flag


def read_pack(folder: Path, place: str) -> Pack:
    """The pack in a folder.

    place: the folder as a person reads it.

    Raises:
        InvalidInput: there is none, or its file makes no sense, or it is for other releases: ``invalid-pack``.
        Refused: a template cannot be read: ``broken-template``.
    """
    shown_file = f"{place}/{FILE}"
    try:
        data = reading.read_inside(folder, FILE, reading.SETTINGS)
        text, document = toml.parse(data)
    except reading.Unreadable as error:
        told = "There is no file" if error.missing else "Nothing is read from"
        why = "" if error.missing else f", which {error.reason}"
        raise InvalidInput(
            f"{told} {shown_file}{why}.",
            hint="A pack is a folder with a pack.toml; docs/packs.md says what is in it.",
            code="invalid-pack",
        ) from None
    except toml.NotToml as error:
        raise _invalid(shown_file, error.message, error.line, "") from None
    return _File(shown_file, text, document).pack(folder, place)


class _File:
    """The file, as far as it is read."""

    def __init__(self, shown_file: str, text: str, document: Mapping[str, Any]) -> None:
        self._shown, self._document = shown_file, document
        self._lines = SettingsFile({}, text)

    def pack(self, folder: Path, place: str) -> Pack:
        tables = {"house", "patterns"}
        top = {name: value for name, value in self._document.items() if name not in tables}
        said = self._read("", top, _TOP)
        if "name" not in said:
            raise self._wrong("", "", "It has no name", "Write name = " + '"my-pack" above the tables.')
        self._refuse_other_release(said.get("sidekiq-gen", ""))
        layer = (
            read_layer("pack", said["name"], f"{place}/{FOLDER}", folder, FOLDER)
            if (folder / FOLDER).is_dir()
            else None
        )
        pack = Pack(
            said["name"],
            str(folder),
            place,
            said.get("sidekiq-gen", ""),
            tuple(self._attribute(name, table) for name, table in self._tables("house")),
            tuple(self._pattern(name, table) for name, table in self._tables("patterns")),
            layer,
        )
        self._refuse_twice(pack)
        return pack

    def line(self, table: str, key: str = "") -> int | None:
        return self._lines.line(table, key)

    def _refuse_other_release(self, made_for: str) -> None:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        if not made_for:
            return
        try:
            fits = SpecifierSet(made_for).contains(__version__, prereleases=True)
        except InvalidSpecifier:
            raise self._wrong(
                "", "sidekiq-gen", f"sidekiq-gen = {written(made_for)} makes no sense", 'Write ">=0.1,<2".'
            ) from None
        if not fits:
            told = f"This pack is made for sidekiq-gen {made_for}, and this is {__version__}"
            raise self._wrong("", "sidekiq-gen", told, "Take another release of the pack, or of sidekiq-gen.")

    def _tables(self, name: str) -> Iterable[tuple[str, dict[str, Any]]]:
        """The tables below one, by their own names."""
        tables = self._document.get(name, {})
        if not isinstance(tables, dict):
            raise self._wrong("", name, f"{name} is not a table", f"Write [{name}.owner], and its keys below it.")
        for own, table in tables.items():
            place = f"{name}.{own}"
            if not isinstance(table, dict):
                raise self._wrong(name, own, f"{place} is not a table", f"Write [{place}], and its keys below it.")
            if not _NAME.fullmatch(own):
                raise self._wrong(
                    place,
                    "",
                    f"[{name}] {shown(own)} cannot be the name of a flag",
                    "Use small letters, digits and dashes.",
                )
            if iskeyword(own) or (name == "patterns" and own in WORDS):
                raise self._wrong(
                    place, "", f"{shown(own)} is a word of Python or of templates", "Give it another name."
                )
            if own in RESERVED:
                raise self._wrong(place, "", f"--{own} is a flag of the command itself", "Give it another name.")
            yield own, table

    def _attribute(self, name: str, table: Mapping[str, Any]) -> Attribute:
        place = f"house.{name}"
        said = self._asked(place, table, _ATTRIBUTE)
        made = Attribute(name, required=said.pop("required", False), **said)
        return self._with(made, place, table, "default")

    def _pattern(self, name: str, table: Mapping[str, Any]) -> PackPattern:
        place = f"patterns.{name}"
        needs = table.get("needs", {})
        if not isinstance(needs, dict):
            raise self._wrong(place, "needs", "needs is not a table", f"Write [{place}.needs], and its keys below it.")
        said = self._asked(place, {key: value for key, value in table.items() if key != "needs"}, _PATTERN)
        if "summary" not in said:
            raise self._wrong(place, "", f"[{place}] has no summary", "Say in a few words what it does.")
        self._refuse_others(place, "kinds", said.get("kinds", ()), KINDS)
        for key, value in self._read(f"{place}.needs", needs, _NEEDS).items():
            if key == "databases":
                self._refuse_others(f"{place}.needs", key, value, DATABASES)
            said[f"needs_{key}"] = value
        return self._with(PackPattern(name, **said), place, table, "example")

    def _asked(self, place: str, table: Mapping[str, Any], settings: tuple[Setting, ...]) -> dict[str, Any]:
        said = self._read(place, {key: value for key, value in table.items() if key not in _FREE}, settings)
        if "help" not in said:
            said["help"] = said.get("summary", "")
        if not said["help"]:
            raise self._wrong(place, "", f"[{place}] has no help", "Say in one sentence what its flag does.")
        usual = "choice" if "choices" in said else "switch" if place.startswith("patterns.") else "text"
        said.setdefault("type", usual)
        if (said["type"] == "choice") != ("choices" in said):
            raise self._wrong(
                place,
                "type",
                "type and choices contradict each other",
                'Write type = "choice" with choices, or leave both out.',
            )
        return said

    def _with(self, asked: A, place: str, table: Mapping[str, Any], own: str) -> A:
        """The same with its default and its example, which are what its flag takes."""
        values: dict[str, Any] = {}
        for key in ("default", "example"):
            if key not in table or (key == "default" != own):
                continue
            read = Setting.of(asked.flag).read(table[key])
            if read is None:
                told = f"{key} = {written(table[key])} makes no sense"
                raise self._wrong(place, key, f"[{place}] {told}", f"It takes {Setting.of(asked.flag).allowed}.")
            self._check(place, key, read, asked)
            values[key] = tuple(read) if isinstance(read, list) else read
        if "default" in table and own != "default":
            raise self._wrong(
                place, "default", f"[{place}] has no key default", "A pattern is asked for, or is not there."
            )
        for choice in asked.choices:
            self._check(place, "choices", choice, asked)
        return replace(asked, **values)

    def _check(self, place: str, key: str, value: Any, asked: Any) -> None:
        try:
            check(value, asked.shape, asked.name)
        except InvalidInput as error:
            raise self._wrong(place, key, error.message.removesuffix("."), error.hint) from None

    def _read(self, place: str, table: Mapping[str, Any], settings: Iterable[Setting]) -> dict[str, Any]:
        """The values of a table, by key as a parameter is called."""
        known = {setting.name: setting for setting in settings}
        found = {}
        for name, value in table.items():
            where = f"[{place}]" if place else "The file"
            if name not in known:
                lead = f"{where} takes" if place else "There are the tables house and patterns, and above them"
                raise self._wrong(
                    place,
                    name,
                    f"{where} has no key {shown(name)}",
                    nearest(name, [*known, *_FREE] if place else known, lead),
                )
            taken = known[name].read(value)
            if taken is None:
                told = f"{name} = {written(value)} makes no sense"
                raise self._wrong(
                    place, name, f"[{place}] {told}" if place else told, f"{name} takes {known[name].allowed}."
                )
            found[name if not place else name.replace("-", "_")] = tuple(taken) if isinstance(taken, list) else taken
        return found

    def _refuse_others(self, place: str, key: str, values: Iterable[str], known: tuple[str, ...]) -> None:
        for value in values:
            if value not in known:
                raise self._wrong(place, key, f"{key} has {shown(value)}", nearest(value, known, "There are"))

    def _refuse_twice(self, pack: Pack) -> None:
        own = {attribute.name for attribute in pack.attributes}
        twice = next((pattern.name for pattern in pack.patterns if pattern.name in own), None)
        if twice:
            raise self._wrong(
                f"patterns.{twice}",
                "",
                f"--{twice} is an attribute of the house as well",
                "Give one of them another name.",
            )

    def _wrong(self, table: str, key: str, message: str, hint: str) -> InvalidInput:
        return _invalid(self._shown, message, self.line(table, key) or (self.line(table) if table else None), hint)


def wrong(pack: Pack, table: str, message: str, hint: str) -> InvalidInput:
    """What is found wrong with a table of a pack by somebody who knows more than its file; its line is looked up."""
    try:
        text = reading.read_inside(Path(pack.folder), FILE, reading.SETTINGS).decode("utf-8", "replace")
    except reading.Unreadable:
        text = ""
    return _invalid(f"{pack.place}/{FILE}", message, SettingsFile({}, text).line(table), hint)


def _invalid(file: str, message: str, line: int | None, hint: str) -> InvalidInput:
    place = f"{file}, line {line}" if line else file
    sentence = re.sub(r"\s+", " ", message)
    return InvalidInput(f"{place}: {sentence}.", hint=hint or "docs/packs.md says what is in it.", code="invalid-pack")
