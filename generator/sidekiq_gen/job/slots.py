"""The places in a job, a spec and a test that kinds and patterns fill: a closed set.

A partial is a file of Jinja macros, one for each slot that it fills.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

Part = Literal["job", "rspec", "minitest"]
PatternSlot = Literal[
    "requires", "includes", "constants", "options", "hooks", "start", "around", "rescues", "todo", "methods"
]


@dataclass(frozen=True)
class Slot:
    """One place.

    text: what belongs there. parameters: what its macro is handed.
    """

    name: str
    text: str
    parameters: tuple[str, ...] = ()


_CLASS_LEVEL = (
    Slot("requires", "lines before the class, for example require"),
    Slot("includes", "further modules, after the include of Sidekiq"),
    Slot("constants", "constants and classes of the job"),
    Slot("options", "pairs of sidekiq_options, one per line, each with a comment if the reason is not obvious"),
    Slot("hooks", "calls at class level: sidekiq_retry_in, sidekiq_retries_exhausted"),
)
_OF_PATTERNS = (
    *_CLASS_LEVEL,
    Slot("start", "the first statements of perform, before the records are looked up"),
    Slot("around", "the body of perform, with the code that the pattern puts around it", ("body", "leave")),
    Slot("rescues", "rescue clauses of perform"),
    Slot("todo", "one sentence for the TODO comment: what the work has to allow for"),
    Slot("methods", "private methods; one that several partials define is written once"),
)
_OF_KINDS = (
    Slot("job_class", "the module to include, if it is not that of the release"),
    Slot("lookup", "the beginning of perform: the records"),
    Slot("call", "the work in perform"),
    Slot("entry", "the public methods, if perform does not just look up and work"),
    Slot("callbacks", "further public methods, which Sidekiq calls: on_complete, on_cancel"),
    Slot("work_method", "the private methods that a developer fills in, if it is not one method named after the job"),
)
_OF_TESTS = (
    Slot("setup", "code that runs before each example"),
    Slot("examples", "the examples"),
    Slot("methods", "helper methods; one that several partials define is written once"),
)

JOB: Mapping[str, Slot] = MappingProxyType({slot.name: slot for slot in (*_OF_KINDS, *_OF_PATTERNS)})
RSPEC: Mapping[str, Slot] = MappingProxyType(
    {slot.name: slot for slot in (*_OF_TESTS, Slot("lets", "names for the examples, besides job and records"))}
)
MINITEST: Mapping[str, Slot] = MappingProxyType(
    {
        slot.name: slot
        for slot in (
            *_OF_TESTS,
            Slot(
                "stubs",
                "calls of stub that every run needs, without their block, one per line; a comment gives the reason",
            ),
            Slot("definitions", "classes for the tests, before the setup"),
        )
    }
)
SLOTS: Mapping[Part, Mapping[str, Slot]] = MappingProxyType({"job": JOB, "rspec": RSPEC, "minitest": MINITEST})

# What a kind may leave to patterns: all of it where perform looks up and works, else what stands beside its entry.
BESIDE_THE_WORK: frozenset[PatternSlot] = frozenset(
    {"requires", "includes", "constants", "options", "hooks", "todo", "methods"}
)
EVERYWHERE: frozenset[PatternSlot] = BESIDE_THE_WORK | {"start", "around", "rescues"}
