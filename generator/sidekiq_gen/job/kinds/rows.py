"""What the kinds have in common that work through the rows of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.patterns.unique import EnterpriseUniqueSettings, UniqueSettings
from sidekiq_gen.job.samples import distinct, insisted_on
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import Chosen, JobRequest
    from sidekiq_gen.rails.app import RailsApp

BATCH = 1000
MOST = 100_000

BATCH_SIZE = Flag(
    "--batch-size",
    "How many rows a backfill or a fan-out processes at a time.",
    "number",
    metavar="N",
    question="How many rows at a time?",
)


def number(answers: Answers, flag: Flag, default: int) -> int:
    """The answer to a flag that takes a number.

    Raises:
        InvalidInput: it is below 1, or larger than any run could bear.
    """
    value = int(answer(answers, flag.parameter, default))
    if not 0 < value <= MOST:
        raise InvalidInput(
            f"{flag.option} {value} is out of range.",
            hint=f"Give a number from 1 to {MOST}: {flag.option} {default}.",
            code="invalid-number",
        )
    return value


def breaks_the_chain(chosen: Chosen, kind: str) -> Refused | None:
    """The refusal of a lock of sidekiq-unique-jobs that would drop the next run, which a run enqueues itself."""
    unique = chosen.settings
    return (
        drops_the_next_run(unique.lock, kind)
        if isinstance(unique, (UniqueSettings, EnterpriseUniqueSettings))
        else None
    )


def drops_the_next_run(lock: str | None, kind: str) -> Refused | None:
    """The same for a lock by its name: ``until_executed``; None where none was asked for."""
    if lock in {None, "until_executing"}:
        return None
    return Refused(
        f"--unique {lock} would drop the next run of a {kind} job: a run enqueues it before it ends.",
        hint="Use --unique until_executing, which is free by then, or leave out --unique.",
        code="contradictory-patterns",
    )


def rows_in_specs(request: JobRequest, app: RailsApp) -> Iterator[Notice]:
    """What to know about a spec that makes its rows without a factory."""
    model = request.context.model
    if model is None or request.test == "none" or app.factory(model.name):
        return
    if request.test == "minitest" and app.fixture(model.name):
        alike = distinct(app, model.name).missing
        if alike:
            yield Notice(
                "rows-may-collide",
                f"The test saves copies of a fixture of {model.name}, and the database requires them to differ.",
                f"Give each copy its own {', '.join(alike)}.",
            )
        return
    missing = insisted_on(app, model.name).missing
    yield Notice(
        "rows-without-factory",
        f"The spec saves rows of {model.name} without validations, as there is no factory for it.",
        f"Fill in what the database requires: {', '.join(missing)}."
        if missing
        else "Fill in the columns that the database requires."
        if app.table(model.name) is None
        else "What the database requires is filled in, if anything is; callbacks may require more.",
    )
