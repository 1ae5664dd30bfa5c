"""The names of error classes: those that the repo defines, and those that a piece of code speaks of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.rails.bodies import MAXIMUM_GENERATIONS, bodies
from sidekiq_gen.rails.code import CONSTANT, code_lines
from sidekiq_gen.rails.errors import RUBYS_OWN
from sidekiq_gen.regex import binary_regex, regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sidekiq_gen.rails.constants import Constants

# What an error class inherits from is called so, or is an error class of the same repo.
_ENDINGS = ("Error", "Exception")
_INHERITS = binary_regex(
    rb"^[ \t]*(?:class[ \t]+[A-Z][\w:]*[ \t]*<|[A-Z]\w*[ \t]*=[ \t]*Class\.new[ \t]*\(?)[ \t]*(?:::)?[A-Z][\w:]*",
    re.MULTILINE,
)
_NAMES = regex(
    rf"[ \t]*(?:rescue|discard_on|retry_on|rescue_from)[ (]+((?:::)?{CONSTANT}(?:,[ \t]*(?:::)?{CONSTANT})*)"
)
_EVERY = frozenset({"StandardError", "Exception"})


def own_errors(constants: Constants) -> tuple[tuple[str, str], ...]:
    """The error classes that files below app folders, in ``lib`` and in initializers define, each with its file.

    One is an error class whose superclass is one of Ruby's, is called ``...Error`` or ``...Exception`` by whoever
    defines it elsewhere, or is itself an error class of the repo.
    """
    found: dict[str, tuple[str, str]] = {}
    for path in (*(path for path, _ in constants.repo.app_files), *constants.elsewhere):
        if _INHERITS.search(constants.repo.data(path) or b""):
            read = bodies(code_lines(constants.repo.read(path) or ""))
            found |= {name: (body.superclass, path) for name, body in read.items() if body.superclass}
    return tuple((name, found[name][1]) for name in sorted(found) if _is_error(name, found))


def _is_error(name: str, found: Mapping[str, tuple[str, str]]) -> bool:
    """Whether what a class of the repo inherits from in the end is an error."""
    for _ in range(MAXIMUM_GENERATIONS):
        above = found[name][0]
        namespaces = name.split("::")[:-1]
        near = ("::".join([*namespaces[:depth], above]) for depth in range(len(namespaces), -1, -1))
        own = next((one for one in near if one in found and one != name), None)
        if own is None:
            return above in RUBYS_OWN or above.endswith(_ENDINGS)
        name = own
    return False


def errors_in_code(lines: Iterable[str]) -> Iterator[str]:
    """The error classes that lines of code rescue, discard or retry, as they are written; not those of all errors."""
    for line in lines:
        found = _NAMES.match(line) if "rescue" in line or "_on" in line else None
        for name in re.split(r",[ \t]*", found[1]) if found else ():
            if name.removeprefix("::") not in _EVERY:
                yield name.removeprefix("::")
