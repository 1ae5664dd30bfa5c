"""YAML that is plain enough to be read line by line, as most of a Rails repo is.

Loading PyYAML takes a tenth of a whole run. What is read here gives PyYAML's events (tests/unit/test_yaml.py holds
that); whatever is not certain is left to it: other tags than none, escapes, texts of several lines, mappings in braces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

# In characters: of a text, and of a line, which bounds how deep it can be nested.
LONGEST = 20_000
LONGEST_LINE = 400

_WORD = r"[\w/][\w/.-]*(?: [\w/.-]+)*"
_QUOTED = r"\"[^\"\\]*\"|'[^']*'"
_KEY = regex(rf"(?:(<<|:?{_WORD})|({_QUOTED})):(?: +|$)")
_NAME = "[A-Za-z0-9_]+"
_ANCHOR = regex(rf"&({_NAME})(?: +|$)")
_ITEM = regex(rf" *(?:({_WORD})|({_QUOTED})) *(,|$)")
_VALUE = regex(rf"(?:\[([^\]]*)\]|({_QUOTED})|\*({_NAME})|([\w/.<~]|[:-]\w).*)$")


@dataclass(frozen=True)
class Event:
    """One of PyYAML's events, with what is used of it.

    value: the text of a scalar. anchor: what it is named, or what an alias names. implicit: first, whether a scalar
    is written without quotes. tag: none of these has one.
    """

    kind: Literal["mapping", "sequence", "end", "scalar", "alias"]
    value: str = ""
    anchor: str | None = None
    implicit: tuple[bool, bool] = (True, False)
    tag: None = None


class _Unclear(Exception):
    """PyYAML is to read it."""


def read_events(text: str) -> list[Event] | None:
    """The events of the first document; None where PyYAML has to read it."""
    if len(text) > LONGEST or not text.replace("\n", "").isprintable():
        return None
    lines = [(len(line) - len(line.lstrip(" ")), line.strip(" ")) for line in text.split("\n")]
    lines = [(indent, line) for indent, line in lines if line and not line.startswith("#")]
    if lines[:1] == [(0, "---")]:
        del lines[0]
    if not lines or max(indent + len(line) for indent, line in lines) > LONGEST_LINE:
        return None
    reader = _Reader(lines)
    try:
        events = [*reader.block(None)]
    except _Unclear:
        return None
    return None if reader.lines else events  # lines are left below a text that goes on, or a slip


class _Reader:
    """The lines that are still to be read, the next one last: how far each is indented, and what it says."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self.lines = lines[::-1]

    def _next(self) -> tuple[int, str]:
        return self.lines[-1] if self.lines else (-1, "")

    def block(self, anchor: str | None) -> Iterator[Event]:
        """The list or mapping that begins with the next line, and all in it."""
        indent, line = self._next()
        listed = _is_item(line)
        yield Event("sequence" if listed else "mapping", anchor=anchor)
        while self._next()[0] == indent and _is_item(self._next()[1]) == listed:
            yield from self._item(indent) if listed else self._pair(indent)
        yield Event("end")

    def _item(self, indent: int) -> Iterator[Event]:
        line = self.lines.pop()[1]
        rest = line[1:].lstrip(" ")
        if _is_item(rest) or _KEY.match(rest):  # - name: value
            self.lines.append((indent + len(line) - len(rest), rest))
            yield from self.block(None)
        else:
            yield from self._value(rest, within=indent + 1)

    def _pair(self, indent: int) -> Iterator[Event]:
        line = self.lines.pop()[1]
        key = _KEY.match(line)
        if not key:
            raise _Unclear
        yield Event("scalar", key[1]) if key[1] else _quoted(key[2])
        # A list in a mapping need not be indented.
        yield from self._value(line[key.end() :], within=indent + (not _is_item(self._next()[1])))

    def _value(self, text: str, *, within: int) -> Iterator[Event]:
        """What stands behind a dash or a colon, or below it.

        within: how far a line below must be indented to belong to it.
        """
        named = _ANCHOR.match(text)
        anchor, text = (named[1], text[named.end() :]) if named else (None, text)
        if not text or text.startswith("#"):
            if self._next()[0] >= within:
                yield from self.block(anchor)
            else:
                yield Event("scalar", anchor=anchor)
            return
        text, _, _ = text.partition(" #")
        yield from _on_its_line(text.rstrip(" "), anchor)


def _on_its_line(text: str, anchor: str | None) -> Iterator[Event]:
    """A value that stands on one line."""
    found = _VALUE.match(text)
    if not found or (found[3] and anchor):
        raise _Unclear
    items, quoted, alias, _ = found.groups()
    if items is not None:
        yield Event("sequence", anchor=anchor)
        yield from _items(items)
        yield Event("end")
    elif quoted:
        yield _quoted(quoted, anchor)
    elif alias:
        yield Event("alias", anchor=alias)
    elif ": " in text or text.endswith(":"):
        raise _Unclear
    else:
        yield Event("scalar", text, anchor)


def _items(text: str) -> Iterator[Event]:
    """What stands between brackets."""
    at, more = 0, bool(text.strip(" "))
    while more:
        item = _ITEM.match(text, at)
        if not item:
            raise _Unclear
        yield Event("scalar", item[1]) if item[1] else _quoted(item[2])
        at, more = item.end(), item[3] == ","


def _quoted(text: str, anchor: str | None = None) -> Event:
    return Event("scalar", text[1:-1], anchor, (False, True))


def _is_item(line: str) -> bool:
    return line.startswith("- ") or line == "-"
