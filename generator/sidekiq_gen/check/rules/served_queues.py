"""Queues that nobody works on."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from sidekiq_gen.check.rule import Context, Example, Finding, RepoRule, Rule
from sidekiq_gen.check.schedules import entries_in_yaml
from sidekiq_gen.check.source import is_test
from sidekiq_gen.rails.defaults import default_options
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.rails.app import RailsApp

# The name of a queue as Ruby writes it out.
_LITERAL = regex(r":(\w+)|[\"']([\w.:/-]+)[\"']|:[\"']([\w.:/-]+)[\"']")
# Capistrano starts services of the servers; charts and the like start what they say themselves.
_DEPLOYING = ("Capfile", "config/deploy.rb")
_ORCHESTRATING = ("kubernetes", "k8s", "helm", "charts", "terraform", "ansible")
_JOB = """\
class ExampleJob
  include Sidekiq::Job
  sidekiq_options queue: "%s"

  def perform(order_id)
  end
end
"""


def _queues(queue: str) -> Example:
    return Example(
        {"app/jobs/example_job.rb": _JOB % queue, "config/sidekiq.yml": ":queues:\n  - default\n  - mailers\n"}
    )


class UnservedQueue(RepoRule):
    """A job on a queue that no process fetches from."""

    code = "unserved-queue"
    title = "A job goes to a queue that no process works on"
    severity = "error"
    why = "The push succeeds, and the job waits for ever."
    source = "sidekiq v7.3.0 lib/sidekiq/cli.rb:266-286 (the queues of config/sidekiq.yml and -q)"
    way_out = "Take a queue that is served, or add it to `:queues:` of config/sidekiq.yml."
    bad = _queues("mailer")
    good = _queues("mailers")

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield the jobs, pushes and entries of schedules, where all queues that are served are known."""
        if not app.served.names or not app.served.complete or started_elsewhere(app):
            return
        usual = "" if "queue" in default_options(app.repo) else "default"
        for job in index.jobs():
            said = index.option(job.name, "queue")
            queue = usual if said is None else _named(said)
            if not is_test(job.path) and index.perform(job.name) is not None and self._lacks(app, queue):
                if said is None and not any(index.target(push) == job.name for push in index.pushes):
                    continue
                yield Finding(self.code, job.path, job.line, 1, self._message(f"{job.name} goes", queue, app))
        for push in index.pushes:
            queue = _named(push.options.get("queue", ""))
            if not push.in_test and self._lacks(app, queue) and index.form(index.target(push)) == "sidekiq":
                yield Finding(self.code, push.path, push.line, push.column, self._message("This push goes", queue, app))
        for entry in (*entries_in_yaml(app.repo, context.gems), *index.entries):
            known = index.form(index.resolve(entry.class_name, entry.nesting)) == "sidekiq"
            if known and self._lacks(app, entry.queue):
                message = self._message(f"The schedule's entry {entry.name} goes", entry.queue, app)
                yield Finding(self.code, entry.path, entry.line, entry.column, message)

    @staticmethod
    def _lacks(app: RailsApp, queue: str) -> bool:
        return bool(queue) and app.served.lacks(queue)

    @staticmethod
    def _message(who: str, queue: str, app: RailsApp) -> str:
        close = next(iter(get_close_matches(queue, app.served.names, 1)), "")
        return f"{who} to the queue {queue}, and no process works on that{f': is {close} meant?' if close else '.'}"


def started_elsewhere(app: RailsApp) -> bool:
    """Whether something outside of what is read starts processes, which may work on other queues."""
    deploys = any("sidekiq" in (app.repo.read(path) or "").lower() for path in _DEPLOYING)
    return deploys or any(app.repo.is_folder(folder) for folder in _ORCHESTRATING)


def _named(written: str) -> str:
    found = _LITERAL.fullmatch(written)
    return next((one for one in found.groups() if one), "") if found else ""


RULES: tuple[Rule, ...] = (UnservedQueue(),)
