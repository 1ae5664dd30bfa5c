"""How tests keep jobs away from Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, FileRule, Finding, Rule
from sidekiq_gen.check.settings import calls_of_sidekiq, is_guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.source import Source

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
        """Yield each of them, with what stands for it."""
        for call in source.calls("require"):
            given = nodes.arguments(call)
            mode = _MODES.get(nodes.name_of(given[0])) if len(given) == 1 else None
            if mode and nodes.receiver(call) is None and not is_guarded(call):
                edit = Edit(call.start_byte, call.end_byte, f"Sidekiq.testing!({mode})")
                yield self.at(source, call, f"It prints a deprecation since Sidekiq 8.1.1: {edit.text}.", edit)


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


RULES: tuple[Rule, ...] = (TestingFile(), TestingTooEarly())
