"""TOML that somebody has written by hand: read, with the lines to point at, and words for what is wrong with it."""

from __future__ import annotations

import re
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sidekiq_gen.near import did_you_mean
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_SHOWN = 60
MOST_DIGITS = 18

# What may have line ends in it, and what could be taken for the beginning of such a thing.
_OPAQUE = regex(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}'
    r'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*',
    re.DOTALL,
)
_HEADER = regex(r"[ \t]*\[\[?[ \t]*[\"']?([^\s\"'\[\]](?:[^\"'\[\]\n]*[^\s\"'\[\]])?)[\"']?[ \t]*\]")


class NotToml(Exception):
    """A text that cannot be read as TOML.

    message: what is wrong, as a sentence without its dot. line: from 1; None where that is not known.
    """

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def parse(data: bytes) -> tuple[str, dict[str, Any]]:
    """The text of a file, and the document in it.

    Raises:
        NotToml: it is not UTF-8, or no TOML.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        text = data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise NotToml("It is not UTF-8", data.count(b"\n", 0, error.start) + 1) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*?) \(at line (\d+)", str(error), re.DOTALL)
        message, line = (found[1], int(found[2])) if found else (str(error).partition(" (at ")[0], None)
        raise NotToml(f"It is no TOML: {shown(message[:1].lower() + message[1:], quoted=False)}", line) from None
    except (ValueError, RecursionError):
        raise NotToml("It is no TOML that can be read", None) from None


@dataclass(frozen=True)
class ListedTables:
    """Where the tables of a list stand in a text: ``[[job]]``, again and again."""

    text: str
    name: str

    def line(self, index: int, key: str = "") -> int | None:
        """The line, from 1, on which a table begins, the first being 0, or one of its keys stands.

        None where the list is written otherwise: as one array.
        """
        starts = self._starts
        if index >= len(starts):
            return None
        if not key:
            return starts[index]
        pattern = re.compile(rf"[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.]")
        for number in range(starts[index], len(self._lines)):
            if _HEADER.match(self._lines[number]):
                break
            if pattern.match(self._lines[number]):
                return number + 1
        return starts[index]

    @cached_property
    def _lines(self) -> list[str]:
        """The lines, without what stands inside of texts over several of them."""
        return _OPAQUE.sub(lambda found: _without_lines(found[0]), self.text).split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        headers = ((number, _HEADER.match(line)) for number, line in enumerate(self._lines, 1))
        return [number for number, found in headers if found and found[1] == self.name and "[[" in found[0]]


def _without_lines(text: str) -> str:
    """A text in quotes as it is, unless it has several lines: then those alone."""
    return "\n" * text.count("\n") or text


def nearest(name: str, known: Iterable[str], lead: str) -> str:
    """The key that may have been meant, or all that there are."""
    names = list(known)
    return did_you_mean(name, names, f"{lead} {', '.join(names)}.")


def shown(text: str, *, quoted: bool = True) -> str:
    """A text from a file, short and without anything that cannot be seen."""
    plain = text if text.isprintable() and len(text) <= LONGEST_SHOWN else ascii(text[:LONGEST_SHOWN])[1:-1]
    return plain if re.fullmatch(r"[\w-]+", plain) or not quoted else f'"{plain}"'


def written(value: object) -> str:
    """A value as a file may have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value) if abs(value) < 10**MOST_DIGITS else "..."
    if isinstance(value, str):
        return f'"{shown(value, quoted=False)}"'
    return "[...]" if isinstance(value, list) else "{...}" if isinstance(value, dict) else "..."
