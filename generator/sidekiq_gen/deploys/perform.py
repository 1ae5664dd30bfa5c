"""The parameters of a job's perform, and how one comes and goes; every other byte stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Edit
from sidekiq_gen.errors import Refused
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

    from sidekiq_gen.deploys.existing import Existing

_POSITIONAL = frozenset({"identifier", "optional_parameter"})


@dataclass(frozen=True)
class Perform:
    """The parameters of a job's perform: all of them positional, those with a default behind the others."""

    method: Node
    written: Node | None
    parameters: tuple[Node, ...]

    @property
    def names(self) -> list[str]:
        """What they are called."""
        return [name_of(one) for one in self.parameters]

    @property
    def required(self) -> int:
        """How many have no default."""
        return sum(one.type == "identifier" for one in self.parameters)


def read_perform(job: Existing) -> Perform:
    """The perform of a job.

    Raises:
        Refused: ``no-perform``, ``parameters`` (more than positional ones), ``sorbet-signature``.
    """
    method = job.job.perform
    if method is None:
        raise Refused(
            f"{job.name} defines no perform itself.",
            hint="Name the class that does; an IterableJob is changed by hand, in each of its methods.",
            code="no-perform",
        )
    listed = nodes.field(method, "parameters")
    found = tuple(one for one in listed.named_children if one.type != "comment") if listed is not None else ()
    kinds = [one.type for one in found]
    if not {*kinds} <= _POSITIONAL or kinds != sorted(kinds):
        raise Refused(
            f"{job.name}#perform({', '.join(nodes.text(one) for one in found)}) takes more than plain arguments.",
            hint="Change it by hand: keywords, *, & and an order of its own leave no certain place for an argument.",
            code="parameters",
        )
    if any(one.start_byte < method.start_byte and one.end_byte <= method.start_byte for one in _signatures(job)):
        raise Refused(
            f"{job.name} has Sorbet signatures, which name the arguments as well.",
            hint="Change both by hand.",
            code="sorbet-signature",
        )
    return Perform(method, listed, found)


def _signatures(job: Existing) -> list[Node]:
    bare = [one for one in job.job.body if one.type == "call" and nodes.receiver(one) is None]
    return [one for one in bare if nodes.method_name(one) == "sig" and nodes.block(one) is not None]


def name_of(parameter: Node) -> str:
    """What a parameter is called."""
    return nodes.text(parameter) if parameter.type == "identifier" else nodes.text(nodes.field(parameter, "name"))


def appended(perform: Perform, text: str) -> Edit:
    """What puts a parameter behind the others."""
    if perform.parameters:
        end = perform.parameters[-1].end_byte
        return Edit(end, end, f", {text}")
    if perform.written is not None:  # `def perform()`
        return Edit(perform.written.start_byte, perform.written.end_byte, f"({text})")
    name = nodes.field(perform.method, "name")
    end = name.end_byte if name is not None else perform.method.start_byte
    return Edit(end, end, f"({text})")


def taken_away(perform: Perform) -> Edit:
    """What takes the last parameter away, with its comma or the parentheses."""
    last = perform.parameters[-1]
    if len(perform.parameters) > 1:
        return Edit(perform.parameters[-2].end_byte, last.end_byte, "")
    whole = perform.written or last
    return Edit(whole.start_byte, whole.end_byte, "")


def uses(perform: Perform, name: str) -> bool:
    """Whether its body has a bare word of that name: a local variable, or a method of the job."""
    body = nodes.field(perform.method, "body")
    words = nodes.walk(body) if body is not None else ()
    return any(one.type == "identifier" and nodes.text(one) == name and not _is_called_on(one) for one in words)


def _is_called_on(word: Node) -> bool:
    """Whether it is the method of a call on something: ``Effect.note``."""
    call = word.parent
    if call is None or call.type != "call" or nodes.receiver(call) is None:
        return False
    return nodes.field(call, "method") == word
