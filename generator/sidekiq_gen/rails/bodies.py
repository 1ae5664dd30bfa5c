"""What each class and module of the repo says: its superclass, its lines, and what it takes over from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import CONSTANT, code_lines, without_comment
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sidekiq_gen.rails.constants import Constants

MAXIMUM_GENERATIONS = 10

_CLASS = regex(
    rf"([ \t]*)(?:(?:class|module)[ \t]+(?:::)?({CONSTANT})(?:[ \t]*<[ \t]*(?:::)?({CONSTANT}))?"
    rf"|({CONSTANT})[ \t]*=[ \t]*Class\.new(?:[ \t]*\([ \t]*(?:::)?({CONSTANT})[ \t]*\))?)(.*)"
)
_SINGLETON = regex(r"[ \t]*(?:class[ \t]*<<|class_methods[ \t]+do\b)(?!.*\bend$)")
# What begins a statement, whatever brackets a literal before it has left open.
_BEGINS = regex(r"(?:def|end|class|module|private|protected|public|include|extend)\b(?!:)")
_TAKEN_OVER = regex(r"(include|prepend|extend)[ (]+(.*)")
_MODULES = regex(rf"(?<![\w:])(?:::)?({CONSTANT}|self\b)(\.\w+)?")


@dataclass(frozen=True)
class Body:
    """What one class or module says in one file.

    keyword: ``class``, or ``module``. superclass: as written, without a leading ``::``; empty where there is none.
    lines: its own, stripped, each statement with its continuation.
    singleton: likewise those inside ``class << self`` and ``class_methods do``.
    """

    keyword: str
    superclass: str
    lines: list[str] = field(default_factory=list)
    singleton: list[str] = field(default_factory=list)

    def taken_over(self, *words: str) -> Iterator[str]:
        """The modules that it includes, prepends or extends, by one of these words: ``self`` is one too."""
        for found in filter(None, map(_TAKEN_OVER.match, self.lines)):
            if found[1] in words:
                yield from (f"{module[1]}{module[2] or ''}" for module in _MODULES.finditer(found[2]))


@dataclass(frozen=True)
class Ancestor:
    """A class or module that an object has its methods from.

    name: the full one. inherited: whether it is a superclass, or a module of one.
    """

    name: str
    body: Body
    inherited: bool = False


@dataclass(frozen=True)
class Ancestry:
    """A class or module with what it takes over from others of the repo, nearest first.

    missing: the names of what is not found: superclasses and modules of gems.
    dynamic: whether it answers to methods that nothing defines.
    """

    ancestors: tuple[Ancestor, ...]
    missing: tuple[str, ...] = ()
    dynamic: bool = False

    @property
    def root(self) -> str:
        """The first class that it inherits from and that the repo does not have; empty where it inherits from none."""
        written = [one.body.superclass for one in self.ancestors if one.body.superclass]
        return written[-1] if written else ""

    @property
    def complete(self) -> bool:
        """Whether there is nothing else that it could have a method from."""
        return not self.missing and not self.dynamic


def ancestry(constants: Constants, name: str, known: Collection[str] = ()) -> Ancestry:
    """The class or module of that name, if a file below ``app``, in ``lib`` or in an initializer defines it.

    known: the classes of Ruby and Rails that it may inherit from without having a method of theirs that matters.
    """
    found: list[Ancestor] = []
    missing: list[str] = []
    dynamic = False
    current: str | None = name
    while current and len(found) < MAXIMUM_GENERATIONS:
        body = find_body(constants, current)
        if body is None:
            missing += [] if current in known and found else [current]
            break
        inherited = bool(found)
        found.append(Ancestor(current, body, inherited))
        for module in body.taken_over("include", "prepend"):
            near = nearest(constants, current, module)
            found += [Ancestor(*near, inherited)] if near else []
            missing += [] if near else [module]
        dynamic = dynamic or "def method_missing" in "\n".join(body.lines)
        inherits = body.superclass
        above = None if inherits in {"", *known} else nearest(constants, current.rpartition("::")[0], inherits)
        current = above[0] if above else inherits
    return Ancestry(tuple(found), tuple(missing), dynamic)


def nearest(constants: Constants, inside: str, name: str) -> tuple[str, Body] | None:
    """A class or module by the name that is written inside another, looked up from the inside out as Ruby does."""
    namespaces = inside.split("::") if inside else []
    for depth in range(len(namespaces), -1, -1):
        full = "::".join([*namespaces[:depth], name])
        body = find_body(constants, full)
        if body:
            return full, body
    return None


def find_body(constants: Constants, name: str) -> Body | None:
    """What a class or module says, in the first file that defines it: its own, or any other of the repo."""
    last = name.rpartition("::")[2]
    for path in dict.fromkeys((*constants.named(name), *constants.definers.get(last, ()))):
        body = bodies(code_lines(constants.repo.read(path) or "")).get(name)
        if body:
            return body
    return None


def bodies(lines: Iterable[str]) -> dict[str, Body]:
    """What each class and module in a file says, by its full name; what is inside what is told by the indentation."""
    found: dict[str, Body] = {}
    around: list[tuple[int, str]] = []
    singleton = -1
    for line in map(without_comment, lines):
        depth = len(line) - len(line.lstrip())
        if singleton >= 0 and (depth > singleton or line.strip() == "end"):
            if depth > singleton and around:
                _append(found[around[-1][1]].singleton, line.strip())
            singleton = singleton if depth > singleton else -1
            continue
        if _SINGLETON.match(line):
            singleton = depth
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
        keyword = "module" if line.lstrip().startswith("module") else "class"
        own = [part for part in rest if part not in {"", "end"}]
        found.setdefault(name, Body(keyword, opened[3] or opened[5] or "", own))
    return found


def _append(lines: list[str], line: str) -> None:
    """Add a line, to the one before where that goes on."""
    open_ = lines and (lines[-1].endswith(",") or lines[-1].count("(") > lines[-1].count(")"))
    if open_ and not _BEGINS.match(line):
        lines[-1] += f" {line}"
    else:
        lines.append(line)
