"""Comments that ignore nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.rule import Example, Finding, LastRule, Rule
from sidekiq_gen.near import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sidekiq_gen.check.ignores import Ignored

_JOB = """\
class ExampleJob
  include Sidekiq::Job

  def perform(order_id) # sidekiq-gen:ignore{code} the importer is fixed
  end
end
"""


class UnusedIgnore(LastRule):
    """A comment that ignores nothing."""

    code = "unused-ignore"
    title = "A comment ignores nothing"
    severity = "note"
    why = "It hides the next finding of that code on its line, which nobody has looked at yet."
    source = "docs/check.md, section on ignoring a finding"
    way_out = "Remove the comment, or name the code of what it is about, and put it on that line or directly above it."
    bad = Example.job(_JOB.format(code=""))
    good = Example.job(_JOB.replace(" # sidekiq-gen:ignore{code} the importer is fixed", ""))

    def check(self, ignored: Ignored, asked: Collection[str], known: Collection[str]) -> Iterator[Finding]:
        """Yield each of them; a code whose rule is not asked here may be of use elsewhere."""
        for path, one, code in ignored.unused():
            if not code:
                message = "This comment names no code, and ignores nothing."
            elif code not in known:
                message = f"There is no rule {code}. {did_you_mean(code, known)}".rstrip()
            elif code in asked:
                message = f"Nothing is found here for {code}."
            else:
                continue
            yield Finding(self.code, path, one.line, one.column, message)


RULES: tuple[Rule, ...] = (UnusedIgnore(),)
