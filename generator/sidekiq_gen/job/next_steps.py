"""What to do with a job that has been written: enqueue it, run its spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.naming import Argument
    from sidekiq_gen.rails.app import RailsApp

# How an object is handed over that JSON cannot carry, and that the job reads back from its text.
_AS_TEXT = {"date": ".iso8601", "time": ".iso8601", "decimal": ".to_s"}


@dataclass(frozen=True)
class Step:
    """One line.

    name: ``enqueue``, ``later`` or ``test``. text: Ruby for the first two, else a line for the shell.
    """

    name: str
    text: str


def next_steps(request: JobRequest, app: RailsApp) -> tuple[Step, ...]:
    """How the job is enqueued, at once and in an hour, and how its spec is run."""
    tests = [one.test_path for one in (request, request.child) if one and one.test_path]
    return (*_enqueued(request.context), *([Step("test", _run(tests, app))] if tests else []))


def _enqueued(context: JobContext) -> Iterator[Step]:
    """The calls, with variables for the arguments.

    Source: sidekiq v8.1.7 lib/sidekiq/job.rb (perform_async, perform_in; the same in v6.0.0 lib/sidekiq/worker.rb),
    rails v8.1.3 activejob/lib/active_job/enqueuing.rb (perform_later), core.rb (set(wait:)).
    """
    job, given = context.name.class_name, [_handed(one) for one in context.arguments]
    if context.form == "active-job":
        arguments = f"({', '.join(given)})" if given else ""
        yield Step("enqueue", f"{job}.perform_later{arguments}")
        yield Step("later", f"{job}.set(wait: 1.hour).perform_later{arguments}")
        return
    yield Step("enqueue", f"{job}.perform_async" + (f"({', '.join(given)})" if given else ""))
    yield Step("later", f"{job}.perform_in({', '.join(['1.hour', *given])})")


def _handed(argument: Argument) -> str:
    """What a caller hands over who has the object in a variable of that name."""
    if not argument.by_id:
        return argument.name
    return argument.name + (".id" if argument.model else _AS_TEXT.get(argument.type, ""))


def _run(paths: Sequence[str], app: RailsApp) -> str:
    """The command that runs these specs, as this repo can run them."""
    from shlex import quote

    binstub, otherwise = "bin/rspec", "bundle exec rspec"
    if not paths[0].endswith("_spec.rb"):
        rails = app.gem("railties") or app.gem("rails")
        binstub, otherwise = "bin/rails test", "bundle exec rails test" if rails else "bundle exec ruby -Itest"
    command = binstub if app.repo.is_file(binstub.partition(" ")[0]) else otherwise
    if command.endswith("-Itest"):
        return " && ".join(f"{command} {quote(path)}" for path in paths)
    return " ".join([command, *map(quote, paths)])
