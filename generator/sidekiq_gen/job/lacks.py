"""What of a job's needs the schema does not show, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.needs import Column, Need
from sidekiq_gen.job.patterns.catalogue import pattern_of
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.rails.app import RailsApp


def lacks(request: JobRequest, app: RailsApp) -> tuple[Need, ...]:
    """What the table of the job's model is known not to have, columns first; nothing where no dump knows the table."""
    model = request.context.model
    columns, stored = (app.columns(model.name), app.stored(model.name)) if model else (None, None)
    if columns is None or stored is None:
        return ()
    found: dict[Need, None] = {}
    for need in _needs(request):
        there = (
            need.name in columns
            if isinstance(need, Column)
            else any(index.finds(need.mark, need.condition) for index in stored.indexes)
        )
        if not there:
            found[need] = None
    return tuple(sorted(found, key=lambda need: not isinstance(need, Column)))


def lack_notices(request: JobRequest, app: RailsApp) -> Iterator[Notice]:
    """What is said of it where no migration is asked for."""
    things = request.context.rows.replace("_", " ")
    for need in lacks(request, app):
        if isinstance(need, Column):
            yield Notice(
                "column-not-found",
                f"The schema shows no column {need.name} in the table of this model.",
                f"{_meant(need.name, request, app)} before you run the job, a {need.type} column: "
                "--migration writes that.",
            )
        else:
            yield Notice(
                "no-index",
                f"No index finds the {things} that are pending: every run also reads those that are done.",
                "--migration writes one for the pending rows only."
                if request.context.database == "postgresql"
                else "--migration writes one.",
            )


def _meant(column: str, request: JobRequest, app: RailsApp) -> str:
    """The beginning of what to do about a column that is not there."""
    model = request.context.model
    meant = did_you_mean(column, (app.columns(model.name) if model else None) or ())
    return f"{meant} Or add it" if meant else "Add it"


def _needs(request: JobRequest) -> Iterator[Need]:
    yield from KIND_BY_NAME[request.context.kind].needs(request.kind_settings)
    for chosen in request.patterns:
        yield from pattern_of(chosen).needs(chosen.settings)
