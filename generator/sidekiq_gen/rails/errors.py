"""The error classes of the repo: what they can be asked, and how one is made that answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import CONSTANT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.constants import Constants

MAXIMUM_GENERATIONS = 10
# Ruby's own that errors inherit from: none of them has a delay.
RUBYS_OWN = frozenset(
    "Exception StandardError RuntimeError ArgumentError IOError EOFError IndexError KeyError StopIteration NameError "
    "NoMethodError RangeError FloatDomainError RegexpError TypeError ZeroDivisionError ThreadError FiberError "
    "EncodingError SystemCallError ScriptError LoadError NotImplementedError".split()
)

_CLASS = re.compile(
    rf"([ \t]*)(?:(?:class|module)[ \t]+(?:::)?({CONSTANT})(?:[ \t]*<[ \t]*(?:::)?({CONSTANT}))?"
    rf"|({CONSTANT})[ \t]*=[ \t]*Class\.new(?:[ \t]*\([ \t]*(?:::)?({CONSTANT})[ \t]*\))?)(.*)"
)
_SINGLETON = re.compile(r"[ \t]*class[ \t]*<<")
_DEF = re.compile(r"def (\w+[?]?)[ \t]*(?:\(([^)]*)\))?[ \t]*(?:=[ \t]*(.+))?")
_ATTRIBUTES = re.compile(r"(?:attr_reader|attr_accessor|attr|delegate)[ (]+(.*)")
_ALIAS = re.compile(r"alias(?:_method)?[ (]+:?(\w+[?]?)")
_INCLUDE = re.compile(rf"(?:include|prepend)[ (]+(?:::)?({CONSTANT})")
_OPTIONAL = re.compile(r"[*&]|\w+[ \t]*=|\w+:[ \t]*\S")
_NUMBER = re.compile(r"[0-9][0-9_]*(?:\.[0-9]+)?|(?:Integer|Float)\([^()]*\)|.*\.(?:to_i|to_f|ceil|floor|round)")
_WORDS = frozenset({"message", "msg", "text"})


@dataclass(frozen=True)
class _Body:
    """What one class or module says in one file: its superclass, and the lines that are its own."""

    superclass: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ErrorClass:
    """A class of the repo with what it inherits from others of the repo, nearest first.

    readers: its public methods that need no argument.
    complete: whether there is nothing else that it could inherit a method from.
    lines: its own and inherited lines of code.
    """

    name: str
    readers: tuple[str, ...]
    complete: bool
    lines: tuple[str, ...]

    def gives_number(self, reader: str) -> bool:
        """Whether what a reader gives is always a number, as far as one line or each assignment says so."""
        body = self._body(reader)
        values = [body] if body else [value for name, value in self._assignments() if name == reader]
        return bool(values) and all(_NUMBER.fullmatch(value) for value in values)

    def literal(self, reader: str) -> int | None:
        """The number that a reader always gives, where it is spelled out."""
        digits = (self._body(reader) or "").replace("_", "")
        return int(digits) if digits.isdigit() else None

    def made_with(self, reader: str) -> str:
        """Ruby that makes an error whose reader gives ``{}``; empty where no initializer shows how."""
        parameters = self._initializer()
        taken = {name: value for name, value in self._assignments() if self._body(reader) is None}
        if parameters is None:
            writable = any(re.match(rf"attr_accessor\b.*:{reader}\b", line) for line in self.lines)
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
    bodies: list[_Body] = []
    current: str | None = name
    complete = True
    while current and len(bodies) < MAXIMUM_GENERATIONS:
        body = _find_body(constants, current)
        if body is None:
            complete = complete and current in RUBYS_OWN
            break
        modules = [_nearest(constants, current, found[1]) for found in map(_INCLUDE.match, body.lines) if found]
        bodies += [body, *(found[1] for found in modules if found)]
        complete = complete and None not in modules and "def method_missing" not in "\n".join(body.lines)
        inherits = body.superclass
        above = None if inherits in {"", *RUBYS_OWN} else _nearest(constants, current.rpartition("::")[0], inherits)
        current = above[0] if above else inherits
    if not bodies:
        return None
    lines = tuple(line for body in bodies for line in body.lines)
    public = dict(reversed([one for body in bodies for one in _methods(body.lines)]))
    readers = tuple(reader for reader in reversed(public) if public[reader])
    return ErrorClass(name, readers, complete, lines)


def _nearest(constants: Constants, inside: str, name: str) -> tuple[str, _Body] | None:
    """A class or module by the name that is written inside another, looked up from the inside out as Ruby does."""
    namespaces = inside.split("::") if inside else []
    for depth in range(len(namespaces), -1, -1):
        full = "::".join([*namespaces[:depth], name])
        body = _find_body(constants, full)
        if body:
            return full, body
    return None


def _find_body(constants: Constants, name: str) -> _Body | None:
    """What a class or module says, in the first file below ``app`` or elsewhere that defines it."""
    paths = (*(path for path, _ in constants.repo.app_files), *constants.elsewhere)
    return next((body for lines in constants.mentioning(name, paths) if (body := _bodies(lines).get(name))), None)


def _bodies(lines: Iterable[str]) -> dict[str, _Body]:
    """What each class and module in a file says, by its full name; what is inside what is told by the indentation."""
    found: dict[str, _Body] = {}
    around: list[tuple[int, str]] = []
    skipped = -1
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if skipped >= 0 and (depth > skipped or line.strip() == "end"):
            skipped = skipped if depth > skipped else -1
            continue
        if _SINGLETON.match(line):
            skipped = depth
            continue
        while around and around[-1][0] >= depth:
            around.pop()
        opened = _CLASS.match(line)
        if not opened:
            if around:
                _append(found[around[-1][1]].lines, line.strip())
            continue
        name = "::".join([*(outer for _, outer in around[-1:]), opened[2] or opened[4]])
        around.append((depth, name))
        rest = [part.strip() for part in opened[6].split(";")]
        found.setdefault(name, _Body(opened[3] or opened[5] or "", [part for part in rest if part not in {"", "end"}]))
    return found


def _append(lines: list[str], line: str) -> None:
    """Add a line, to the one before where that goes on."""
    if lines and (lines[-1].endswith(",") or lines[-1].count("(") > lines[-1].count(")")):
        lines[-1] += f" {line}"
    else:
        lines.append(line)


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
