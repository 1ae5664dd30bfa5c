"""Jobs that run by the clock: entries that name no class, pass what perform does not take, or never come due."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from sidekiq_gen.check.cron import every_minute_of_an_hour, fault
from sidekiq_gen.check.rule import Context, Example, Finding, RepoRule, Rule
from sidekiq_gen.check.schedules import entries_in_yaml
from sidekiq_gen.check.source import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.facts import Entry
    from sidekiq_gen.check.index import Index
    from sidekiq_gen.rails.app import RailsApp

_JOB = """\
class ExampleJob
  include Sidekiq::Job

  def perform(kind = "all")
  end
end
"""


def _scheduled(entry: str, line: str = "0 3 * * *") -> Example:
    schedule = f"nightly:\n  cron: '{line}'\n  {entry}\n"
    files = {"app/jobs/example_job.rb": _JOB, "config/schedule.yml": schedule}
    return Example(files, gems={"sidekiq-cron": "2.3.1"})


class _EntryRule(RepoRule):
    """A rule on one entry of a schedule."""

    words = ("Cron::Job", "set_schedule", "periodic")

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield what is wrong with the entries."""
        for entry in (*entries_in_yaml(app.repo, context.gems), *index.entries):
            if not is_test(entry.path):
                for message in self.faults(entry, index, app):
                    yield Finding(self.code, entry.path, entry.line, entry.column, message)

    @abstractmethod
    def faults(self, entry: Entry, index: Index, app: RailsApp) -> Iterator[str]:
        """Yield what is wrong with an entry."""


class ScheduledClass(_EntryRule):
    """A class that is not there."""

    code = "schedule-class"
    title = "A schedule names a class that does not exist"
    severity = "error"
    why = "The job is pushed at its time all the same, and each run fails with NameError, or it is not pushed at all."
    source = "sidekiq-cron v2.3.1 lib/sidekiq/cron/job.rb:132; sidekiq-scheduler v6.0.2 utils.rb:52"
    way_out = "Name the class in full, or take the entry out."
    bad = _scheduled("class: ExampleJobb")
    good = _scheduled("class: ExampleJob")

    def faults(self, entry: Entry, index: Index, app: RailsApp) -> Iterator[str]:
        """Yield a class that no file defines; one in a namespace that is not the repo's own may be a gem's."""
        written = entry.class_name.removeprefix("::")
        if index.resolve(entry.class_name, entry.nesting) or app.constants.defined_elsewhere(written, "-"):
            return
        around = written.partition("::")[0] if "::" in written else ""
        if not around or around in _namespaces(index):
            yield f"{_called(entry)} names {written}, and no file defines it."


def _namespaces(index: Index) -> set[str]:
    return {name.partition("::")[0] for name in index.classes}


def _called(entry: Entry) -> str:
    return f"The schedule's entry {entry.name}" if entry.name else "The schedule"


class ScheduledArguments(_EntryRule):
    """Arguments that perform does not take."""

    code = "schedule-arguments"
    title = "A schedule passes arguments that do not fit perform"
    severity = "error"
    why = "The job raises ArgumentError each time; sidekiq-scheduler does not even push one whose arguments are a hash."
    source = "sidekiq-cron v2.3.1 lib/sidekiq/cron/job.rb:630; sidekiq-scheduler v6.0.2 scheduler.rb:320"
    way_out = "Give `args` a list of what perform takes."
    bad = _scheduled("class: ExampleJob\n  args: [all, 5]")
    good = _scheduled("class: ExampleJob\n  args: [all]")

    def faults(self, entry: Entry, index: Index, app: RailsApp) -> Iterator[str]:
        """Yield a number of them that does not fit, and a hash where Sidekiq asks for a list."""
        name = index.resolve(entry.class_name, entry.nesting)
        taken, form = index.perform(name), index.form(name)
        if taken is None or form is None:
            return
        if entry.hash_given and entry.gem == "sidekiq-scheduler":
            if form == "sidekiq":
                yield f"{_called(entry)} hands {name} a hash: Sidekiq wants a list, and the job is not pushed."
            return
        if entry.given is None or (form == "active-job" and taken.keywords):
            return
        if entry.given < taken.least or (taken.most is not None and entry.given > taken.most):
            wanted = f"{taken.least}" if taken.most == taken.least else f"{taken.least} to {taken.most or 'any'}"
            yield f"{_called(entry)} hands {name} {entry.given} arguments, and perform takes {wanted}."


class ScheduledTime(_EntryRule):
    """A line of cron that is none."""

    code = "schedule-time"
    title = "A schedule has a line of cron that cannot be read"
    severity = "error"
    why = "The entry is refused where the schedule is loaded, with a line in the log, and the job never runs."
    source = "fugit v1.9.0 lib/fugit/cron.rb; sidekiq-cron v2.3.1 lib/sidekiq/cron/job.rb:444 (valid?)"
    way_out = "Write minute, hour, day of the month, month and day of the week."
    bad = _scheduled("class: ExampleJob", "0 25 * * *")
    good = _scheduled("class: ExampleJob")

    def faults(self, entry: Entry, index: Index, app: RailsApp) -> Iterator[str]:
        """Yield what no parser takes."""
        wrong = fault(entry.when) if entry.kind == "cron" else ""
        if wrong:
            yield f"{_called(entry)} runs at '{entry.when}', which is no line of cron: {wrong}."


class EveryMinute(_EntryRule):
    """``* 3 * * *``."""

    code = "schedule-every-minute"
    title = "A schedule runs a job each minute of an hour"
    severity = "warning"
    why = "A star for the minute means each of the sixty, where mostly one run is meant."
    source = "fugit v1.9.0 lib/fugit/cron.rb; crontab(5)"
    way_out = "Give a minute: `0 3 * * *`."
    bad = _scheduled("class: ExampleJob", "* 3 * * *")
    good = _scheduled("class: ExampleJob")

    def faults(self, entry: Entry, index: Index, app: RailsApp) -> Iterator[str]:
        """Yield an hour without a minute."""
        if entry.kind == "cron" and every_minute_of_an_hour(entry.when):
            yield f"{_called(entry)} runs at '{entry.when}': each minute of that hour, sixty times."


RULES: tuple[Rule, ...] = (ScheduledClass(), ScheduledArguments(), ScheduledTime(), EveryMinute())
