"""What works on both sides of a move and behaves differently: rules that only the report asks, never `check`.

Each holds from the release on that brought the change, so that it is told where the move crosses that release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, FileRule, Finding, JobRule, RepoRule, Rule
from sidekiq_gen.check.settings import is_assigned
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.check.jobs import Job
    from sidekiq_gen.check.source import Source
    from sidekiq_gen.rails.app import RailsApp

_INITIALIZER = "config/initializers/sidekiq.rb"
_CONCURRENCY = regex(r"^[ \t]*:?(?:concurrency|max_threads):", 8)
_THREADS_GIVEN = regex(r"sidekiq\b[^\n]*\s(?:-c|--concurrency)\b|RAILS_MAX_THREADS", needs=("sidekiq", "RAILS_MAX"))
_SET_IN_RUBY = regex(r"\.concurrency\s*=", needs="concurrency")
_STARTING = ("Procfile", "Procfile.dev", "docker-compose.yml", "Dockerfile", "config/puma.rb")


class FiveThreads(RepoRule):
    """The number of threads where nothing says it."""

    code = "five-threads"
    title = "Five threads instead of ten"
    severity = "note"
    releases = ">=7.0.0"
    why = "Where nothing says how many threads a process has, it has five since 7.0 and had ten before."
    source = "sidekiq v7.0.0 lib/sidekiq/config.rb:15, docs/7.0-Upgrade.md"
    way_out = "Say how many: concurrency: in config/sidekiq.yml, -c, or RAILS_MAX_THREADS."
    bad = Example({"config/sidekiq.yml": ":queues:\n  - default\n"})
    good = Example({"config/sidekiq.yml": ":concurrency: 10\n:queues:\n  - default\n"})

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield it at config/sidekiq.yml, if neither that nor what starts Sidekiq says a number."""
        del index
        text = app.repo.read("config/sidekiq.yml")
        if text is None or _CONCURRENCY.search(text):
            return
        if any(_THREADS_GIVEN.search(app.repo.read(path) or "") for path in _STARTING):
            return
        if any(process.threads for process in app.processes) or _SET_IN_RUBY.search(app.repo.read(_INITIALIZER) or ""):
            return
        yield Finding(self.code, "config/sidekiq.yml", 1, 1, "Five threads instead of ten since Sidekiq 7.0.")


class RetryForBeatsRetry(JobRule):
    """Both limits of retries in one job."""

    code = "retry-for-beats-retry"
    title = "retry_for alone decides"
    severity = "note"
    releases = ">=8.1.0"
    why = "Since 8.1 retry is ignored beside retry_for; before, whichever limit came first ended the retries."
    source = "sidekiq v8.1.0 lib/sidekiq/job_retry.rb:181-186"
    way_out = "Keep the one that is meant."
    bad = Example.job(
        "class ExampleJob\n  include Sidekiq::Job\n  sidekiq_options retry: 3, retry_for: 3600\n"
        "  def perform(id)\n  end\nend\n",
        sidekiq="8.1.7",
    )
    good = Example.job(
        "class ExampleJob\n  include Sidekiq::Job\n  sidekiq_options retry_for: 3600\n  def perform(id)\n  end\nend\n",
        sidekiq="8.1.7",
    )

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield it where retry is a number."""
        count = job.options.get("retry")
        if count is not None and count.type == "integer" and "retry_for" in job.options:
            yield self.at(job.source, count, f"retry: {nodes.text(count)} no longer counts beside retry_for.")


class DiscardIsDeath(JobRule):
    """``:discard`` where death handlers are."""

    code = "discard-runs-death-handlers"
    title = "Death handlers run for a discarded job"
    severity = "note"
    releases = ">=8.0.7"
    why = "Since 8.0.7 a job that is discarded runs the death handlers, as one that dies; before, it ran none."
    source = "sidekiq v8.0.7 lib/sidekiq/job_retry.rb:189, Changes.md 8.0.7"
    way_out = 'Let the handlers ask for job["discarded_at"] (8.0.8) where they should pass over such a job.'
    bad = Example.job(
        "class ExampleJob\n  include Sidekiq::Job\n  sidekiq_retry_in { |count, error| :discard }\n"
        "  def perform(id)\n  end\nend\n",
        sidekiq="8.0.10",
    )
    good = Example.job(
        "class ExampleJob\n  include Sidekiq::Job\n  sidekiq_retry_in { |count, error| :kill }\n"
        "  def perform(id)\n  end\nend\n",
        sidekiq="8.0.10",
    )

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each macro whose block answers it."""
        for macro in job.macros("sidekiq_retry_in", "sidekiq_retries_exhausted"):
            block = nodes.block(macro)
            if block is not None and any(nodes.text(one) == ":discard" for one in nodes.walk(block)):
                yield self.at(job.source, macro, "A job that is discarded here runs the death handlers since 8.0.7.")


class FrozenConfiguration(FileRule):
    """A setting that is changed while jobs run."""

    code = "frozen-configuration"
    title = "The configuration is changed after boot"
    severity = "error"
    releases = ">=7.3.3"
    why = "Since 7.3.3 it is frozen once Sidekiq has booted: FrozenError."
    source = "sidekiq v7.3.3 lib/sidekiq/config.rb:206"
    way_out = "Set it in Sidekiq.configure_server, before boot."
    bad = Example.job(
        "class ExampleJob\n  include Sidekiq::Job\n  def perform\n"
        "    Sidekiq.default_configuration[:x] = 1\n  end\nend\n",
        sidekiq="7.3.10",
    )
    good = Example(
        {_INITIALIZER: "Sidekiq.configure_server do |config|\n  config[:x] = 1\nend\n"},
        sidekiq="7.3.10",
    )

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each assignment inside a method."""
        for call in source.calls("default_configuration"):
            above = call.parent
            if above is None or above.type != "element_reference" or not is_assigned(above):
                continue
            if nodes.method_of(call) is not None:
                yield self.at(source, call, "The configuration is frozen after boot since Sidekiq 7.3.3.")


CHANGES: tuple[Rule, ...] = (FiveThreads(), RetryForBeatsRetry(), DiscardIsDeath(), FrozenConfiguration())
