"""What ``sidekiq-gen info`` says about the house: each convention with its evidence, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.cli.habit import Habit, habit_of
from sidekiq_gen.cli.house_specs import habits_of_specs
from sidekiq_gen.job.retries import DEFAULT, usual_retries
from sidekiq_gen.rails.house.neighbours import NEAREST, NewJob
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.house.bases import BaseClass
    from sidekiq_gen.rails.house.conventions import Conventions


FORMS = {"sidekiq": "classes that include Sidekiq::Job", "active-job": "ActiveJob classes"}


def habits(app: RailsApp, house: Conventions) -> tuple[Habit, ...]:
    """The conventions for jobs, in the order in which they are shown."""
    base, queue, literal = app.base_of(house), app.queue_for(house), house.queue_literal.value
    order = "queue, retry" if house.first_option.value == "queue" else "retry, queue"
    return (
        habit_of("directory", house.job_dir, "Jobs go to"),
        Habit("form", app.form, "Jobs are", FORMS[app.form], app.form_habit.form.reason),
        habit_of("suffix", house.suffix, "Suffix", house.suffix.value or "none"),
        habit_of("module", house.job_module, ""),
        Habit(
            "base_class",
            house.base.value or None,
            "Base class",
            (house.base.value or "none") + (_sets(base) if base else ""),
            house.base.reason,
        ),
        habit_of(
            "compact_namespaces",
            house.compact,
            "Namespaces",
            "before the name" if house.compact.value else "around the class",
        ),
        habit_of("queue", queue.name, "Queue of a job", queue.name.value + ("" if queue.written else ", left unsaid")),
        habit_of(
            "queue_literal",
            house.queue_literal,
            "Queue literal" if house.queue_literal.reason else "",
            f"as a {literal}",
        ),
        Habit("retry", _number(house.retry.value), "Retries", _retries(app, house), house.retry.reason),
        habit_of("first_option", house.first_option, "Options in order" if house.first_option.reason else "", order),
        habit_of(
            "on_missing",
            house.on_missing,
            "Missing records",
            "retried, as find raises" if house.on_missing.value == "retry" else "skipped, with a line in the log",
        ),
        habit_of(
            "rescues",
            house.rescues,
            "Lookup" if house.rescues.reason else "",
            "find and rescue" if house.rescues.value else "find_by and a guard",
        ),
        habit_of("logger", house.logger, "Logs with" if house.logger.reason else ""),
        habit_of("quotes", house.quotes, "Quotes"),
        habit_of(
            "frozen_string_literal",
            house.frozen_string_literal,
            "Frozen strings",
            "with the comment" if house.frozen_string_literal.value else "no comment",
        ),
    )


def of_namespaces(app: RailsApp) -> dict[str, list[Habit]]:
    """What jobs of a namespace do otherwise than the house as a whole, by namespace."""
    usual = {habit.key: habit for habit in habits(app, app.conventions)}
    jobs = [job for job in app.job_files if not job.base and job.namespaces]
    found = {}
    for namespaces in sorted({job.namespaces for job in jobs}):
        own = [job for job in jobs if job.namespaces == namespaces]
        if len(own) >= NEAREST:
            scheduled = 2 * sum(job.takes_arguments for job in own) < len(own)
            house = app.conventions_for(NewJob(namespaces, (), not scheduled, bare=scheduled))
            house = replace(house, job_dir=app.folders.folder_for(namespaces, None))
            others = [habit for habit in habits(app, house) if habit.text != usual[habit.key].text and habit.reason]
            if others:
                found["::".join(namespaces)] = others
    return found


def rows(app: RailsApp) -> Iterator[tuple[str, str]]:
    """The lines for people: what is shown of the house, and of the namespaces that differ from it."""
    shown = (*habits(app, app.conventions), *habits_of_specs(app))
    yield from ((habit.label, habit.told) for habit in shown if habit.label)
    for namespace, others in of_namespaces(app).items():
        yield f"In {namespace}", "; ".join(f"{habit.label.lower()}: {habit.told}" for habit in others if habit.label)


def document(app: RailsApp) -> dict[str, object]:
    """The same for programs: ``evidence`` says what those keys are known by, ``namespaces`` where they differ."""
    shown = (*habits(app, app.conventions), *habits_of_specs(app))
    return {habit.key: habit.value for habit in shown} | {
        "evidence": {habit.key: habit.reason for habit in shown if habit.reason},
        "namespaces": {
            namespace: {habit.key: habit.value for habit in others} for namespace, others in of_namespaces(app).items()
        },
    }


def _sets(base: BaseClass) -> str:
    """What the heirs of a base class need not say."""
    said = [f"the queue {base.queue}"] if base.queue else []
    said += [f"retry {base.retry}" if base.retry else "retries"] if base.retry is not None else []
    said += ["sidekiq_retries_exhausted"] if base.has_exhausted else []
    said += ["sidekiq_retry_in"] if base.has_retry_in else []
    return f", which sets {', '.join(said)}" if said else ""


def _retries(app: RailsApp, house: Conventions) -> str:
    """How often a new job will be retried."""
    usual, base = usual_retries(app, house), app.base_of(house)
    if usual != DEFAULT:
        return usual
    of_base = base.retry if base else None
    return (
        f"left to {base.name}" if base and of_base is not None else f"left to Sidekiq: {str(app.default_retry).lower()}"
    )


def _number(retry: str | None) -> int | str | None:
    """The habit as programs get it: a number, ``false``, ``default`` for silence, None without one."""
    return int(retry) if retry and retry.isdigit() else DEFAULT if retry == "" else retry
