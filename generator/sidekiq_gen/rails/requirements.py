"""What gems ask of other gems, as a lock file holds it: who asks for which versions of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_SPEC = regex(r" {4}([^\s()!]+) \(([^\s()]+)\)")
_REQUIREMENT = regex(r" {6}([^\s()!]+) \(([^()]+)\)!?")
_DEPENDENCY = regex(r"  ([^\s()!]+)(?: \(([^()]+)\))?!?")


@dataclass(frozen=True)
class Asked:
    """One requirement.

    by: the gem that has it; None for the Gemfile. version: of that gem, as it is written; empty for the Gemfile.
    gem: of which gem. requirement: as it is written: ``>= 2.0, < 3.2``.
    """

    by: str | None
    version: str
    gem: str
    requirement: str


def asked_of(lockfile: str, gems: Collection[str]) -> Iterator[Asked]:
    """Yield what the text of a lock file asks of some gems, the Gemfile's own requirements last, each once."""
    seen: set[Asked] = set()
    spec = ("", "")
    section = ""
    for line in lockfile.replace("\r\n", "\n").split("\n"):
        if line and not line[0].isspace():
            section = line.rstrip()
        found = None
        if section == "DEPENDENCIES":
            asked = _DEPENDENCY.fullmatch(line.rstrip())
            if asked and asked[1] in gems and asked[2]:
                found = Asked(None, "", asked[1], asked[2])
        elif locked := _SPEC.fullmatch(line.rstrip()):
            spec = (locked[1], locked[2].partition("-")[0])
        elif (asked := _REQUIREMENT.fullmatch(line.rstrip())) and asked[1] in gems:
            found = Asked(*spec, asked[1], asked[2])
        if found and found not in seen:
            seen.add(found)
            yield found
