"""sidekiq-throttled, on the version of it that is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.rule import Context, Example, Finding, RepoRule, Rule
from sidekiq_gen.sidekiq import throttled
from sidekiq_gen.sidekiq.gems import SIDEKIQ, THROTTLED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.facts import ClassFacts
    from sidekiq_gen.check.index import Index
    from sidekiq_gen.rails.app import RailsApp

_MACRO = "sidekiq_throttle"
_MODULES = frozenset({"Sidekiq::Throttled::Job", "Sidekiq::Throttled::Worker"})
_INITIALIZER = "config/initializers/sidekiq_throttled.rb"


def _job(module: str = "\n  include Sidekiq::Throttled::Job") -> str:
    return f"""\
class ExampleJob
  include Sidekiq::Job{module}
  sidekiq_throttle concurrency: {{ limit: 1 }}

  def perform(id)
  end
end
"""


def _example(version: str, text: str, sidekiq: str = "7.3.2", setup: str = "") -> Example:
    files = {"app/jobs/example_job.rb": text}
    if setup:
        files[_INITIALIZER] = setup
    return Example(files, sidekiq=sidekiq, throttled=version)


class _ThrottledRule(RepoRule):
    """A rule about jobs that are throttled."""

    def holds(self, context: Context) -> bool:
        """Where the gem is locked."""
        return super().holds(context) and THROTTLED in context.gems


def _throttled(index: Index) -> Iterator[ClassFacts]:
    for found in index.classes.values():
        yield from (one for one in found if _MACRO in one.macros)


class ThrottledNotSetUp(_ThrottledRule):
    """``setup!`` is missing."""

    code = "throttled-not-set-up"
    title = "sidekiq-throttled is not set up"
    severity = "error"
    why = "Before 1.1.0 it does nothing until Sidekiq::Throttled.setup! has been called: jobs run without any limit."
    source = "sidekiq-throttled v1.1.0 lib/sidekiq/throttled.rb:106"
    way_out = "Call Sidekiq::Throttled.setup! in an initializer, or move to 1.1.0 or later."
    bad = _example("1.0.1", _job())
    good = _example("1.0.1", _job(), setup='require "sidekiq/throttled"\nSidekiq::Throttled.setup!\n')

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield one finding, at the first job that is throttled."""
        first = min(_throttled(index), key=lambda job: job.path, default=None)
        if first is None or app.throttled_set_up or not context.release.capabilities.throttled_setup:
            return
        yield Finding(
            self.code, first.path, first.macros[_MACRO], 1, "Nothing under config calls Sidekiq::Throttled.setup!."
        )


class ThrottledModule(_ThrottledRule):
    """The macro without the module that has it."""

    code = "throttled-module-missing"
    title = "sidekiq_throttle without its module"
    severity = "error"
    why = "The class cannot be loaded: NoMethodError for sidekiq_throttle."
    source = "sidekiq-throttled v2.1.0 lib/sidekiq/throttled/job.rb:52 (the module extends the class with it)"
    way_out = "include Sidekiq::Throttled::Job; before 0.16 it is Sidekiq::Throttled::Worker."
    bad = _example("1.5.2", _job(module=""))
    good = _example("1.5.2", _job())

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each class that has it neither itself nor from what it is seen to inherit."""
        for job in _throttled(index):
            lineage = list(index.lineage(job.name))
            included = {name.removeprefix("::") for one in lineage for name in one.includes}
            parents = {one.superclass for one in lineage if one.superclass}
            unseen = {name for name in parents if not index.resolve(name, (job.name, *job.nesting))}
            if index.form(job.name) == "sidekiq" and not included & _MODULES and not unseen:
                yield Finding(
                    self.code, job.path, job.macros[_MACRO], 1, "Nothing here includes Sidekiq::Throttled::Job."
                )


class ThrottledPair(_ThrottledRule):
    """A version of the gem that does not go with this Sidekiq."""

    code = "throttled-pair"
    title = "This sidekiq-throttled does not go with this Sidekiq"
    severity = "error"
    why = "It patches the fetcher of another release: jobs are not throttled, or the process does not start."
    source = "sidekiq-throttled.gemspec and README at the tags"
    way_out = "Lock a version that goes with it: the message says which."
    bad = _example("0.16.2", _job())
    good = _example("1.5.2", _job())

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield it at the first job that is throttled."""
        gems = context.release.capabilities.gems
        version, sidekiq = gems.version(THROTTLED), gems.version(SIDEKIQ)
        error = throttled.pairing_error(version, sidekiq) if version and sidekiq else None
        first = min(_throttled(index), key=lambda job: job.path, default=None)
        if error is not None and first is not None:
            yield Finding(self.code, first.path, first.macros[_MACRO], 1, f"{error} {error.hint}.")


RULES: tuple[Rule, ...] = (ThrottledNotSetUp(), ThrottledModule(), ThrottledPair())
