"""What rendering has to know of the repo, gathered before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.job.active_job import BASE, USUAL_BASE
from sidekiq_gen.job.request import ActiveBase, RecordCall, RepoFacts
from sidekiq_gen.job.samples import distinct, insisted_on
from sidekiq_gen.rails.pushes import pushes_wait
from sidekiq_gen.regex import regex
from sidekiq_gen.style import test_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.style import SpecStyle, TestFramework


_RETRY = regex(r"\bretry_(?:on|job)\b")
_HANDLER = regex(r"^[ \t]*(?:retry_on|discard_on|rescue_from)\b", re.MULTILINE)


def gather(app: RailsApp, context: JobContext, test: TestFramework, written: SpecStyle) -> RepoFacts:
    """Read everything that the job and its spec depend on; written: how the spec is."""
    directory, namespaces, stem = context.directory, context.name.namespaces, context.name.file_stem
    spec = test_path(test, directory, stem, written)
    return RepoFacts(
        tuple(app.namespace_keyword("::".join(namespaces[: depth + 1])) for depth in range(len(namespaces))),
        tuple(_records(app, context, test)),
        "ApplicationRecord" if app.model_file("ApplicationRecord") else "ActiveRecord::Base",
        app.tracker,
        app.error_wrapper,
        minded=app.rules.minded(f"{directory}/{stem}.rb"),
        minded_in_spec=app.rules.minded(spec) if spec else (),
        base=_superclass(context) or (_usual_base(app) if context.form == "active-job" else ""),
        active_base=_active_base(app, context) if context.form == "active-job" else None,
        hidden=_hidden(app, context),
    )


def _superclass(context: JobContext) -> str:
    """The base class as the job spells it: in full, or without the namespaces that are around the job as well."""
    house, namespaces = context.house, context.name.namespaces
    base, shares = house.base.value, house.short_base.value and not house.compact.value
    around = ("::".join(namespaces[:depth]) for depth in range(len(namespaces), 0, -1) if shares)
    return next((base.removeprefix(f"{one}::") for one in around if base.startswith(f"{one}::")), base)


def _usual_base(app: RailsApp) -> str:
    """What an ActiveJob class inherits from where most jobs show no base: the ApplicationJob of the repo, if any."""
    return USUAL_BASE if USUAL_BASE in app.bases else BASE


def _active_base(app: RailsApp, context: JobContext) -> ActiveBase:
    base = app.base_of(context.house) or app.bases.get(_usual_base(app))
    code = "\n".join(part.code for part in base.parts) if base else ""
    waits = "enqueue_after_transaction_commit" in code or pushes_wait(app)
    handles, retries = bool(_HANDLER.search(code)), bool(_RETRY.search(code))
    return ActiveBase("ActiveJob::DeserializationError" in code, waits, handles, retries)


def _hidden(app: RailsApp, context: JobContext) -> tuple[str, ...]:
    """None where the namespaces stand before the name of the class: then Ruby does not look into them."""
    namespaces = () if context.house.compact.value else context.name.namespaces
    within = ("::".join(namespaces[: depth + 1]) for depth in range(len(namespaces)))
    return tuple(sorted({name for namespace in within for name in app.hides(namespace)}))


def _records(app: RailsApp, context: JobContext, test: TestFramework) -> Iterator[RecordCall]:
    """A factory where there is one; in Minitest else a fixture; for rows else what the database insists on."""
    models = [context.model, *(argument.model for argument in context.arguments)]
    for name in dict.fromkeys(model.name for model in models if model):
        factory, made_by = app.factory(name), app.fitting_factory(name)
        fixture = None if factory or test != "minitest" else app.fixture(name)
        if factory and made_by:
            yield RecordCall(name, factory, "factory", made_by.sets, called_back=made_by.called_back)
        elif fixture:
            yield RecordCall(name, fixture, "fixture", app.fixture_sets(name), distinct(app, name).hash)
        elif context.model and context.model.name == name and not context.record:
            values = insisted_on(app, name)
            saved = f"{name}.new{values.arguments}.tap {{ |{context.row}| {context.row}.save!(validate: false) }}"
            yield RecordCall(name, saved, "model", given=values.pairs)
