"""What is handed to a job and does not come out of JSON as it went in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, Finding, PushRule, Rule
from sidekiq_gen.check.shapes import parts
from sidekiq_gen.sidekiq.ranges import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.pushes import Push

_JOB = """\
class ExampleJob
  include Sidekiq::Job

  def perform(order_id, note = nil)
  end
end
"""
# Run at once, and looked at as other pushes are from 8.1.0 on. Source: sidekiq v8.1.0 lib/sidekiq/job.rb:229
_INLINE = frozenset({"perform_inline", "perform_sync"})
_INLINE_STRICT = ">=8.1.0"
_SOURCE = "sidekiq v7.0.0 lib/sidekiq/job_util.rb:16-36, lib/sidekiq/config.rb:19; v6.4.0 lib/sidekiq.rb:256"
# By shape: what it is, and what perform gets for it where the push succeeds.
_BECOMES = {
    "symbol": "a symbol, which JSON hands to perform as a string",
    "symbol-key": "a symbol as a key, which JSON hands to perform as a string",
    "record": "an object, which JSON hands to perform as a string or a hash",
    "self": "an object, which JSON hands to perform as a string or a hash",
    "time": "a time or a length of it, which JSON hands to perform as a string or a number",
    "decimal": "a decimal, which JSON hands to perform as a string",
    "range": "a range, which JSON hands to perform as a string",
    "regex": "a pattern, which JSON hands to perform as a string",
    "lambda": "a piece of code, which JSON hands to perform as a string",
    "class": "a class, which JSON hands to perform as a string",
}


def _pushed(arguments: str, sidekiq: str = "7.3.2") -> Example:
    model = f"class Order\n  def pay(id)\n    ExampleJob.perform_async({arguments})\n  end\nend\n"
    return Example({"app/jobs/example_job.rb": _JOB, "app/models/order.rb": model}, sidekiq=sidekiq)


def _changed(push: Push, shapes: frozenset[str]) -> Iterator[tuple[str, list[Node]]]:
    """What of each argument, and of what is written out in it, has one of these shapes: by shape, all of it."""
    for argument in push.arguments:
        found: dict[str, list[Node]] = {}
        for node, shape in parts(argument):
            if shape in shapes:
                found.setdefault(shape, []).append(node)
        yield from found.items()


def _refused(push: Push, context: Context) -> bool:
    """Whether this push raises ArgumentError for what JSON changes."""
    return context.strict and (push.method not in _INLINE or holds(_INLINE_STRICT, context.release.version))


class _Refused(PushRule):
    """Arguments that this release refuses.

    shapes: of which kinds, see `shapes.shape`.
    """

    severity = "error"
    why = "The push raises ArgumentError: Sidekiq takes nothing but what JSON gives back as it was."
    source = _SOURCE
    releases = ">=6.4.0"
    of_arguments = True
    shapes: ClassVar[frozenset[str]]

    def holds(self, context: Context) -> bool:
        """Where strict arguments are not switched off."""
        return super().holds(context) and context.strict

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for shape, found in _changed(push, self.shapes) if _refused(push, context) else ():
            what, edits = _BECOMES[shape].partition(",")[0], [edit for one in found for edit in _as_text(one, shape)]
            message = f"{nodes.short(found[0])} is {what}: {push.method} raises ArgumentError."
            yield self.at(push.source, found[0], message, *(edits if len(edits) == len(found) else ()))


def _as_text(node: Node, shape: str) -> Iterator[Edit]:
    """Yield what makes a symbol, or a key that is one, the string that JSON would make of it."""
    quoted = f'"{nodes.name_of(node)}"'
    if node.type == "simple_symbol":
        yield Edit(node.start_byte, node.end_byte, quoted)
    elif shape == "symbol-key" and node.type == "hash_key_symbol":
        colon, pair = node.next_sibling, node.parent
        if colon is not None and nodes.field(pair, "value") is not None:
            yield Edit(node.start_byte, colon.end_byte, f"{quoted} =>")


class SymbolArgument(_Refused):
    """A symbol as an argument, or inside of one."""

    code = "symbol-argument"
    title = "A symbol is handed to a job"
    way_out = "Pass a string, and compare with strings in perform."
    shapes = frozenset({"symbol"})
    bad = _pushed("1, :note")
    good = _pushed('1, "note"')


class SymbolKey(_Refused):
    """A hash with symbols for keys, with or without braces."""

    code = "symbol-key-argument"
    title = "A hash with symbols for keys, or keyword arguments, are handed to a job"
    way_out = "Hand values over by position, or a hash with strings for keys."
    shapes = frozenset({"symbol-key"})
    bad = _pushed("1, note: 2")
    good = _pushed('1, { "note" => 2 }')


class RecordArgument(_Refused):
    """A record, or another object."""

    code = "record-argument"
    title = "A record is handed to a job"
    way_out = "Pass its id and look it up in perform: `sidekiq-gen job NAME order:record` writes both."
    shapes = frozenset({"record", "self"})
    bad = _pushed("self")
    good = _pushed("id")


class TimeArgument(_Refused):
    """A time, a date or a length of time."""

    code = "time-argument"
    title = "A time, a date or a length of time is handed to a job"
    way_out = "Pass text and parse it in perform: `sidekiq-gen job NAME due:date` writes both."
    shapes = frozenset({"time"})
    bad = _pushed("1, Date.tomorrow")
    good = _pushed("1, Date.tomorrow.iso8601")


class ComplexArgument(_Refused):
    """What else JSON has no word for."""

    code = "complex-argument"
    title = "A decimal, range, class, pattern or piece of code is handed to a job"
    way_out = "Pass numbers, strings, true, false, nil, and lists and hashes of these."
    shapes = frozenset({"decimal", "range", "regex", "lambda", "class"})
    bad = _pushed("1, Order")
    good = _pushed("1, Order.name")


class LossyArgument(PushRule):
    """The same where the push succeeds."""

    code = "lossy-argument"
    title = "An argument reaches perform as something else"
    severity = "warning"
    why = "The push succeeds; perform gets what JSON makes of the argument, and from Sidekiq 7.0 on the push raises."
    source = "sidekiq v6.5.12 lib/sidekiq/job_util.rb:16-36; v8.1.0 lib/sidekiq/job.rb:229 (perform_inline)"
    way_out = "Pass ids, numbers, strings, and hashes with strings for keys."
    of_arguments = True
    bad = _pushed("1, :note", sidekiq="6.5.12")
    good = _pushed('1, "note"', sidekiq="6.5.12")

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for shape, found in () if _refused(push, context) else _changed(push, frozenset(_BECOMES)):
            yield self.at(push.source, found[0], f"{nodes.short(found[0])} is {_BECOMES[shape]}.")


RULES: tuple[Rule, ...] = (
    SymbolArgument(),
    SymbolKey(),
    RecordArgument(),
    TimeArgument(),
    ComplexArgument(),
    LossyArgument(),
)
