"""What a job about records needs of the repo: ActiveRecord, and a database that is the one it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused

if TYPE_CHECKING:
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp


def other_mapper(context: JobContext, app: RailsApp) -> Refused | None:
    """The refusal of a job about a model that is none of ActiveRecord's, with the way out; else None.

    Source: mongoid v9.0 lib/mongoid/findable.rb:220 (find_by raises where nothing is found); it has no update_column.
    """
    for model in (context.model, *(argument.model for argument in context.records)):
        mapper = app.mapper(model.name) if model else None
        if model and mapper:
            return Refused(
                f"{model.name} belongs to {mapper}, and jobs about records are written for ActiveRecord.",
                hint=f"Pass the id as text: --kind plain {model.variable}_id:string; and look it up in the work.",
                code="no-active-record",
            )
    return None


def or_another_database(hint: str, app: RailsApp) -> str:
    """A hint, with the flag that chooses another database where the repo names several."""
    others = [database for database in app.databases if database != "sqlite"]
    return f"{hint} Where production runs on another database: --database {others[-1]}." if others else hint
