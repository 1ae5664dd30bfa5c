"""The error classes of the repo: what they can be asked, and how one is made that answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.rails.bodies import ancestry
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.constants import Constants

# Ruby's own that errors inherit from: none of them has a delay.
RUBYS_OWN = frozenset(
    "Exception StandardError RuntimeError ArgumentError IOError EOFError IndexError KeyError StopIteration NameError "
    "NoMethodError RangeError FloatDomainError RegexpError TypeError ZeroDivisionError ThreadError FiberError "
    "EncodingError SystemCallError ScriptError LoadError NotImplementedError".split()
)

_DEF = regex(r"def (\w+[?]?)[ \t]*(?:\(([^)]*)\))?[ \t]*(?:=[ \t]*(.+))?")
_ATTRIBUTES = regex(r"(?:attr_reader|attr_accessor|attr|delegate)[ (]+(.*)")
_ALIAS = regex(r"alias(?:_method)?[ (]+:?(\w+[?]?)")
_OPTIONAL = regex(r"[*&]|\w+[ \t]*=|\w+:[ \t]*\S")
_NUMBER = regex(r"[0-9][0-9_]*(?:\.[0-9]+)?|(?:Integer|Float)\([^()]*\)|.*\.(?:to_i|to_f|ceil|floor|round)")
_WORDS = frozenset({"message", "msg", "text"})


@dataclass(frozen=True)
class ErrorClass:
    """A class of the repo with what it inherits from others of the repo, nearest first.

    readers: its public methods that need no argument.
    complete: whether there is nothing else that it could inherit a method from.
    lines: its own and inherited lines of code.
    root: the first class that it inherits from and that the repo does not have.
    """

    name: str
    readers: tuple[str, ...]
    complete: bool
    lines: tuple[str, ...]
    root: str

    def gives_number(self, reader: str) -> bool:
        """Whether what a reader gives is always a number, as far as one line or each assignment says so."""
        body = self._body(reader)
        values = [body] if body else [value for name, value in self._assignments() if name == reader]
        return bool(values) and all(_NUMBER.fullmatch(value) for value in values)

    def literal(self, reader: str) -> int | None:
        """The number that a reader always gives, where it is spelled out."""
        digits = (self._body(reader) or "").replace("_", "")
        return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else None

    def made(self, *, plain: bool) -> str:
        """Ruby that makes an error; empty where an initializer needs what nobody can make up, or nobody can read it.

        plain: whether that of its root needs nothing.
        """
        parameters = self._initializer()
        if parameters is None:
            return f"{self.name}.new" if plain else ""
        texts = [_text(part) for part in _parts(parameters) if not _OPTIONAL.match(part)]
        given = ", ".join(filter(None, texts))
        return "" if None in texts else f"{self.name}.new({given})" if given else f"{self.name}.new"

    def made_with(self, reader: str) -> str:
        """Ruby that makes an error whose reader gives ``{}``; empty where no initializer shows how."""
        parameters = self._initializer()
        taken = {name: value for name, value in self._assignments() if self._body(reader) is None}
        if parameters is None:
            writable = any(re.match(rf"attr_accessor\b.*:{re.escape(reader)}(?!\w)", line) for line in self.lines)
            return f"{self.name}.new.tap {{ |error| error.{reader} = {{}} }}" if writable else ""
        source = re.fullmatch(r"(\w+)(?:\.to_[ifs])?|(?:Integer|Float)\((\w+)\)", taken.get(reader, ""))
        name = (source[1] or source[2]) if source else ""
        arguments = list(_arguments(parameters, name)) if name else [None]
        return "" if None in arguments else f"{self.name}.new({', '.join(filter(None, arguments))})"

    def _body(self, reader: str) -> str | None:
        """The one line that a method consists of; None where it has more, or none is defined."""
        for number, line in enumerate(self.lines):
            found = _DEF.match(line)
            if found and found[1] == reader:
                following = self.lines[number + 1 : number + 3]
                return found[3] or (following[0] if following[1:] == ("end",) else "")
        return None

    def _assignments(self) -> Iterator[tuple[str, str]]:
        """The instance variables that are set on a line of their own, each with its value."""
        for line in self.lines:
            found = re.fullmatch(r"@(\w+)[ \t]*=[ \t]*(.+)", line)
            if found:
                yield found[1], found[2]

    def _initializer(self) -> str | None:
        """The parameters of the nearest initializer."""
        methods = (_DEF.match(line) for line in self.lines)
        return next((found[2] or "" for found in methods if found and found[1] == "initialize"), None)


def error_class(app: RailsApp, name: str) -> ErrorClass | None:
    """The class of that name in a repo."""
    return find_error(app.constants, name)


def find_error(constants: Constants, name: str) -> ErrorClass | None:
    """The class of that name, if a file below ``app``, in ``lib`` or in an initializer defines it."""
    found = ancestry(constants, name, RUBYS_OWN)
    bodies, complete = [ancestor.body for ancestor in found.ancestors], found.complete
    if not bodies:
        return None
    lines = tuple(line for body in bodies for line in body.lines)
    public = dict(reversed([one for body in bodies for one in _methods(body.lines)]))
    readers = tuple(reader for reader in reversed(public) if public[reader])
    return ErrorClass(name, readers, complete, lines, found.root)


def _methods(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The methods that need no argument, in order, each with whether it is public."""
    public = True
    for line in lines:
        if line in {"private", "protected", "public"}:
            public = line == "public"
            continue
        word, _, rest = line.partition(" ")
        named = word in {"private", "protected"}
        if named and rest.startswith(":"):
            yield from ((name, False) for name in re.findall(r":(\w+)", rest))
            continue
        found, several, alias = (form.match(rest if named else line) for form in (_DEF, _ATTRIBUTES, _ALIAS))
        names = re.findall(r"(?<!\w):(\w+)", several[1].partition("to:")[0]) if several else []
        names += [alias[1]] if alias else []
        if found and found[1] != "initialize" and all(map(_OPTIONAL.match, _parts(found[2]))):
            names.append(found[1])
        yield from ((name, public and not named) for name in names)


def _text(parameter: str) -> str | None:
    """A text for a parameter that is one by its name; None for any other."""
    return '"failed"' if parameter in _WORDS else None


def _parts(parameters: str | None) -> list[str]:
    return [part.strip() for part in (parameters or "").split(",") if part.strip()]


def _arguments(parameters: str, name: str) -> Iterator[str | None]:
    """What an initializer is handed so that one parameter is ``{}``; None for one that nobody can make up."""
    parts = _parts(parameters)
    named = [re.match(r"\w*", part.lstrip("*&"))[0] for part in parts]  # type: ignore[index]
    if name not in named:
        yield None
        return
    for index, part in enumerate(parts):
        keyword = part.startswith(f"{named[index]}:")
        if named[index] == name:
            yield f"{name}: {{}}" if keyword else "{}"
        elif keyword and _OPTIONAL.match(part):
            continue
        elif keyword or named[index] not in _WORDS:
            needed = (
                keyword
                or not _OPTIONAL.match(part)
                or (index < named.index(name) and not parts[named.index(name)].startswith(f"{name}:"))
            )
            if needed:
                yield None
        else:
            yield '"busy"'
