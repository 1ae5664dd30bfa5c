"""What ``.sidekiq-gen.toml`` says: the file, its keys, and the error for what makes no sense in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sidekiq_gen import reading, toml
from sidekiq_gen.durations import parse_duration
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Flag
from sidekiq_gen.regex import regex
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.toml import nearest, shown, written
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE = ".sidekiq-gen.toml"
# The tables that it can have. `job`, `install` and `check` hold flags of these commands, by their own names.
TABLES = ("house", "layout", "spec", "job", "install", "check")
_UTF_8 = "Save it as UTF-8."

WITHOUT = Flag(
    "--without",
    f"Leave out what {FILE} sets for this flag: --without unique. May be given several times.",
    "list",
    metavar="FLAG",
)

TEMPLATES = Flag(
    "--templates",
    "The pack of templates to write with: the name of one that is installed, or a folder, which has a slash in it.",
    "text",
    metavar="NAME|DIR",
)

_HEADER = regex(r"\s*\[\s*[\"']?([^\s\"'\]](?:[^\"'\]]*[^\s\"'\]])?)[\"']?\s*\]\s*(?:#.*)?")


@dataclass(frozen=True)
class Setting:
    """One key of the file.

    name: as it is written there: ``frozen-string-literal``.
    help: what it says, one sentence.
    type: as that of a `Flag`; a ``switch`` takes true or false.
    choices: the texts that it takes; empty where any will do that fits.
    bare: what a text may also be written as without quotes: any of ``number``, ``true``, ``false``.
    pattern: what a text has to look like; empty where whoever uses it looks. shape: the same in words.
    longest: of a ``duration``, in seconds. least, most: of a ``number``.
    """

    name: str
    help: str
    type: str
    choices: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    pattern: str = ""
    shape: str = ""
    longest: int = 0
    least: int = 0
    most: int = 999_999_999

    @classmethod
    def of(cls, flag: Flag) -> Setting:
        """The key that stands for a flag."""
        words = {"N": "number", "true": "true", "false": "false"}
        bare = tuple(words[word] for word in flag.metavar.split("|") if word in words and flag.type == "text")
        name = flag.option.removeprefix("--")
        return cls(name, flag.help, flag.type, (*flag.choices, *flag.also), bare, longest=flag.longest)

    @property
    def allowed(self) -> str:
        """What it takes, in words."""
        if self.choices:
            return " or ".join(f'"{choice}"' for choice in self.choices)
        takes = {
            "switch": "true or false",
            "number": f"a whole number from {self.least} to {self.most:,}",
            "list": 'a list of texts, ["..."]',
            "duration": 'a length of time: 90, "30m", "2h" or "1d"',
        }
        told = takes.get(self.type, f"a text, {self.shape}" if self.shape else "a text")
        return " or ".join([told, *("a number" if one == "number" else one for one in self.bare)])

    def read(self, value: object) -> object | None:
        """The value as a flag would hand it over; None where it is none that the key takes."""
        if self.type == "switch":
            return value if isinstance(value, bool) else None
        if self.type == "number":
            fits = isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most
            return value if fits else None
        if self.type == "list":
            texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
            return value or None if texts else None
        text = self._text(value)
        if text is None or (self.choices and text not in self.choices):
            return None
        if self.type == "duration":
            return _duration(text, self.longest)
        return text if not self.pattern or re.fullmatch(self.pattern, text) else None

    def _text(self, value: object) -> str | None:
        """What a text was written as, or what may stand for one without quotes."""
        if isinstance(value, bool):
            return str(value).lower() if str(value).lower() in self.bare else None
        if isinstance(value, int):
            return str(value) if ("number" in self.bare or self.type == "duration") and 0 <= value < 10**9 else None
        return value if isinstance(value, str) else None


# The one key that stands above the tables.
RECORD = Setting("record", "Whether what is generated is recorded, for upgrade and destroy.", "switch")


@dataclass(frozen=True)
class SettingsFile:
    """The file as it was read.

    tables: each table by its name, with what it holds by key. text: the file itself, to tell lines by.
    record: whether what is generated is recorded.
    """

    tables: Mapping[str, Mapping[str, Any]]
    text: str = ""
    record: bool = True

    def read(self, table: str, settings: Iterable[Setting]) -> dict[str, Sourced[Any]]:
        """The values of one table by key, each with the file as its source.

        Raises:
            InvalidInput: a key is none of these settings, or its value none that it takes: ``invalid-settings``.
        """
        known = {setting.name: setting for setting in settings}
        found = {}
        for name, value in self.tables.get(table, {}).items():
            line = self.line(table, name)
            if name not in known:
                raise _invalid(f"[{table}] has no key {shown(name)}", line, nearest(name, known, f"[{table}] takes"))
            taken = known[name].read(value)
            if taken is None:
                said = f"{name} = {written(value)} makes no sense"
                raise _invalid(f"[{table}] {said}", line, f"{name} takes {known[name].allowed}.")
            found[name] = Sourced(taken, "settings", FILE)
        return found

    def wrong(self, table: str, key: str, message: str, hint: str) -> InvalidInput:
        """The error for a value that makes no sense to whoever uses it: ``invalid-settings``."""
        return _invalid(f"[{table}] {message}", self.line(table, key), hint)

    def line(self, table: str, key: str = "") -> int | None:
        """The line, from 1, on which a key stands, or its table begins; None where that is not plain to see."""
        name = rf"[\"']?{re.escape(key)}[\"']?\s*[=.]"
        within = ""
        for number, line in enumerate(self.text.split("\n"), 1):
            header = _HEADER.fullmatch(line)
            within = header[1] if header else within
            if (within == table and key and re.match(rf"\s*{name}", line)) or (header and within == table and not key):
                return number
            if re.match(rf"\s*[\"']?{re.escape(table)}[\"']?\s*\.\s*{name if key else ''}", line) and not within:
                return number
        return None


def read_settings(root: Path) -> SettingsFile:
    """The file at the root of a repo; without one, one that says nothing.

    Raises:
        InvalidInput: it is no TOML, or has a table that means nothing: ``invalid-settings``.
        Refused: it is there and cannot be read: ``settings-unreadable``.
    """
    try:
        data = reading.read_inside(root, FILE, reading.SETTINGS)
    except reading.Unreadable as error:
        if error.missing:
            return SettingsFile({})
        raise Refused(
            f"{FILE} {error.reason}.",
            hint="Make it a file that is readable for this user, or move it out of the way.",
            code="settings-unreadable",
        ) from None
    text, document = _parsed(data)
    said = SettingsFile({name: table for name, table in document.items() if isinstance(table, dict)}, text)
    record = document.pop(RECORD.name, True)
    if not isinstance(record, bool):
        told = f"{RECORD.name} = {written(record)} makes no sense"
        raise _invalid(told, said.line("", RECORD.name), f"{RECORD.name} takes {RECORD.allowed}.")
    for name, value in document.items():
        if name not in TABLES:
            what = "table" if isinstance(value, dict) else "key"
            line = said.line(name) if isinstance(value, dict) else said.line("", name)
            raise _invalid(f"There is no {what} {shown(name)}", line, nearest(name, TABLES, "The tables are"))
        if not isinstance(value, dict):
            raise _invalid(f"{name} is not a table", said.line("", name), f"Write [{name}], and its keys below it.")
    return replace(said, record=record)


def _parsed(data: bytes) -> tuple[str, dict[str, Any]]:
    """The text of the file, and the document in it."""
    try:
        return toml.parse(data)
    except toml.NotToml as error:
        raise _invalid(error.message, error.line, _UTF_8 if "UTF-8" in error.message else "") from None


def _invalid(message: str, line: int | None, hint: str) -> InvalidInput:
    place = f"{FILE}, line {line}" if line else FILE
    return InvalidInput(
        f"{place}: {message}.",
        hint=hint or "Its form is that of TOML; docs/settings.md lists its keys.",
        code="invalid-settings",
    )


def _duration(text: str, longest: int) -> int | None:
    """Seconds; None where it is no length of time."""
    try:
        return parse_duration(text, "", longest)
    except InvalidInput:
        return None
