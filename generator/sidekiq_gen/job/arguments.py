"""Arguments that a job had better not have: many things at once, or a copy of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.naming import Model, camelize
from sidekiq_gen.notices import Notice
from sidekiq_gen.plurals import singular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.naming import Argument
    from sidekiq_gen.rails.app import RailsApp


def argument_notices(context: JobContext, app: RailsApp) -> Iterator[Notice]:
    """A list of ids or records is one job too few; a hash is a copy that grows old."""
    for argument in context.arguments:
        if argument.type == "array" and _names_many(argument, app):
            yield _many(argument, context, app)
        elif argument.type == "hash":
            yield _copied(argument, context)


def _names_many(argument: Argument, app: RailsApp) -> bool:
    """Whether its name says ids, or the plural of a model of the repo."""
    return argument.name == "ids" or argument.name.endswith("_ids") or _model_of(argument, app) is not None


def _model_of(argument: Argument, app: RailsApp) -> Model | None:
    """The model of the repo whose ids or rows it names: ``Order`` for ``order_ids`` and ``orders``."""
    name = argument.name.removesuffix("_ids")
    one = singular(name)
    if name == argument.name and one == name:
        return None
    model = Model(camelize(one, app.acronyms))
    return model if model.name in app.models else None


def _many(argument: Argument, context: JobContext, app: RailsApp) -> Notice:
    model = _model_of(argument, app)
    fan_out = f"--kind fan-out --model {model.name}" if model else "--kind fan-out"
    ids = argument.name if argument.name.endswith("ids") else "ids"
    job = context.name.class_name
    push = (
        f"{ids}.each {{ |id| {job}.perform_later(id) }}"
        if context.form == "active-job"
        else f"{job}.perform_bulk({ids}.zip)"
        if context.release.capabilities.perform_bulk
        else f'Sidekiq::Client.push_bulk("class" => {job}, "args" => {ids}.zip)'
    )
    return Notice(
        "many-in-one-job",
        f"One job for all of {argument.name} is retried as a whole, and one that fails holds up the others.",
        f"Enqueue one job for each: {fan_out} writes both jobs; or let this one take one id, and push it with {push}.",
    )


def _copied(argument: Argument, context: JobContext) -> Notice:
    record = context.record
    return Notice(
        "copy-in-arguments",
        f"{argument.name} is a copy made when the job is pushed: it may be out of date when the job runs, and its keys "
        "arrive as strings.",
        f"Pass no serialized record: let the job read what it needs from the {record.name.replace('_', ' ')}."
        if record
        else "Pass no serialized record: pass an id (order:record) and load the record in the job.",
    )
