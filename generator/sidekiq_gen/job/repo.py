"""What rendering has to know of the repo, gathered before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.request import RecordCall, RepoFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.style import TestFramework


def gather(app: RailsApp, context: JobContext, test: TestFramework) -> RepoFacts:
    """Read everything that the job and its spec depend on."""
    namespaces = context.name.namespaces
    return RepoFacts(
        tuple(app.namespace_keyword("::".join(namespaces[: depth + 1])) for depth in range(len(namespaces))),
        app.rspec_helper,
        tuple(_records(app, context, test)),
        "ApplicationRecord" if app.model_file("ApplicationRecord") else "ActiveRecord::Base",
        app.gem("rubocop-rails") is not None,
        app.tracker,
        app.error_wrapper,
    )


def _records(app: RailsApp, context: JobContext, test: TestFramework) -> Iterator[RecordCall]:
    """A factory where there is one; in Minitest else a fixture."""
    models = [context.model, *(argument.model for argument in context.arguments)]
    for name in dict.fromkeys(model.name for model in models if model):
        factory = app.factory(name)
        fixture = None if factory or test != "minitest" else app.fixture(name)
        if factory:
            yield RecordCall(name, factory, "factory")
        elif fixture:
            yield RecordCall(name, fixture, "fixture")
