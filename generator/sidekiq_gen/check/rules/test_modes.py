"""How tests keep jobs away from Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, FileRule, Finding, Rule
from sidekiq_gen.check.settings import calls_of_sidekiq, is_guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

_BLOCKS = ("inline!", "fake!", "disable!")
_MODES = {"sidekiq/testing": ":fake", "sidekiq/testing/inline": ":inline"}


def _helper(text: str, sidekiq: str) -> Example:
    return Example({"spec/rails_helper.rb": text}, sidekiq=sidekiq)


class TestingFile(FileRule):
    """``require "sidekiq/testing"``."""

    code = "testing-file"
    title = "A test mode is switched on by a require"
    severity = "note"
    releases = ">=8.1.1"
    places = "all"
    why = "Since 8.1.1 that file prints a deprecation each time the tests start."
    source = "sidekiq v8.1.1 lib/sidekiq/testing.rb:2, lib/sidekiq.rb:50"
    way_out = "Write Sidekiq.testing!(:fake), or Sidekiq.testing!(:inline)."
    bad = _helper('require "sidekiq/testing"\n', "8.1.7")
    good = _helper("Sidekiq.testing!(:fake)\n", "8.1.7")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them; a rewrite is not certain, as a second require sets no mode and a second call does."""
        for call in source.calls("require"):
            given = nodes.arguments(call)
            mode = _MODES.get(nodes.name_of(given[0])) if len(given) == 1 else None
            if mode and nodes.receiver(call) is None and not is_guarded(call):
                yield self.at(source, call, f"It prints a deprecation since Sidekiq 8.1.1: Sidekiq.testing!({mode}).")


class TestingTooEarly(FileRule):
    """``Sidekiq.testing!`` before it was there."""

    code = "testing-too-early"
    title = "Sidekiq.testing! is not there yet"
    severity = "error"
    releases = "<8.1.1"
    places = "all"
    why = "It came with 8.1.1: NoMethodError when the tests start."
    source = "sidekiq v8.1.1 lib/sidekiq.rb:50"
    way_out = 'Write require "sidekiq/testing", and Sidekiq::Testing.inline! for the inline mode.'
    bad = _helper("Sidekiq.testing!(:fake)\n", "8.0.10")
    good = _helper('Sidekiq.respond_to?(:testing!) ? Sidekiq.testing!(:fake) : require("sidekiq/testing")\n', "8.0.10")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them that no condition asks for first."""
        for call in calls_of_sidekiq(source, "testing!"):
            if not is_guarded(call):
                yield self.at(source, call, "Sidekiq.testing! came with 8.1.1.")


class TestingNested(FileRule):
    """A test mode for a block inside such a block."""

    code = "testing-nested"
    title = "A test mode inside a block with a test mode"
    severity = "error"
    releases = ">=7.2.0"
    places = "tests"
    why = "Since 7.2.0 the inner one raises Sidekiq::Testing::TestModeAlreadySetError."
    source = "sidekiq v7.2.0 lib/sidekiq/testing.rb:19"
    way_out = "End the outer block first, or set one mode without a block."
    bad = Example(
        {
            "spec/jobs/example_job_spec.rb": "Sidekiq::Testing.inline! do\n  Sidekiq::Testing.fake! do\n"
            "    ExampleJob.perform_async(1)\n  end\nend\n"
        }
    )
    good = Example(
        {
            "spec/jobs/example_job_spec.rb": "Sidekiq::Testing.fake!\nSidekiq::Testing.inline! do\n"
            "  ExampleJob.perform_async(1)\nend\n"
        }
    )

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each inner one that is seen in the same file."""
        for call in source.calls(*_BLOCKS):
            if not _is_mode(call) or nodes.block(call) is None:
                continue
            if any(_is_mode(outer) for outer in _around(call)):
                yield self.at(source, call, "A test mode stands in the block of another: it raises since Sidekiq 7.2.")


def _is_mode(call: Node) -> bool:
    return nodes.method_name(call) in _BLOCKS and nodes.constant(nodes.receiver(call)).endswith("Sidekiq::Testing")


def _around(call: Node) -> Iterator[Node]:
    """The calls whose blocks a call stands in, in the same method."""
    for block in nodes.within(call, types={"block", "do_block"}):
        if block.parent is not None and block.parent.type == "call":
            yield block.parent


RULES: tuple[Rule, ...] = (TestingFile(), TestingTooEarly(), TestingNested())
