"""What is written, as text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sidekiq_gen.install.existing import queue_entry
from sidekiq_gen.install.request import CONFIGURATION, INITIALIZER, TASKS, UNIQUE_JOBS
from sidekiq_gen.ruby import layout, trackers
from sidekiq_gen.ruby.templates import find_template, ruby_file

if TYPE_CHECKING:
    from sidekiq_gen.install.request import InstallRequest


def render(request: InstallRequest) -> list[tuple[str, str]]:
    """Every file, path and text, in the order in which they are printed."""
    facts = _facts(request)
    texts = []
    if request.settings:
        texts.append((INITIALIZER, _ruby(request, "initializer.rb.j2", facts, requires=trackers.needs(request.app))))
    texts.append((CONFIGURATION, _template(request, "sidekiq.yml.j2", facts)))
    if request.unique_jobs:
        texts.append((UNIQUE_JOBS, _ruby(request, "unique_jobs.rb.j2", facts)))
    texts.append((TASKS, _ruby(request, "dead.rake.j2", facts, requires="sidekiq/api")))
    health = request.health_check
    if health:
        texts.append((health.path, _ruby(request, "health_check.rb.j2", facts, requires="sidekiq/api")))
        if health.test_path:
            helper = "test_helper" if health.test == "minitest" else request.app.rspec_helper
            template = f"health_check_{health.test}.rb.j2"
            texts.append((health.test_path, _ruby(request, template, facts, requires=helper)))
    return texts


def _facts(request: InstallRequest) -> dict[str, Any]:
    app, style, health = request.app, request.style, request.health_check
    q = partial(layout.quote, quotes=style.quotes)
    job_class = f"job[{q('wrapped')}] || job[{q('class')}]"
    death = [("job", job_class), ("jid", f"job[{q('jid')}]"), ("error", "error.inspect")]
    logger = trackers.SIDEKIQ_LOGGER

    def quoted(source: str) -> str:
        return source.replace('"', "'") if style.quotes == "single" else source

    symbol = style.queue_literal == "symbol"
    return {
        "q": q,
        "can": request.release.capabilities,
        "style": style,
        "sets": frozenset(setting.name for setting in request.settings),
        "tracker": app.error_tracker,
        "reporter": trackers.reports_by_itself(app),
        "report_error": quoted(trackers.report(app, "error", [("job", "context[:job]")], logger=logger)),
        "report_death": quoted(trackers.alert(app, q("A Sidekiq job has died"), death, logger=logger, level="error")),
        "alert": quoted(trackers.alert(app, q("Too many Sidekiq jobs are dead"), [("dead_jobs", "dead")])),
        "calls": trackers.calls(app),
        "queues": [queue_entry(name) for name in app.queues],
        "health": health,
        "threshold": layout.integer(health.threshold) if health else None,
        "queue": ":default" if symbol else q("default"),
        "indent": layout.indent,
        "sections": layout.sections,
    }


def _ruby(request: InstallRequest, name: str, facts: dict[str, Any], requires: str | None = None) -> str:
    text = layout.fit(_template(request, name, facts), request.style.width)
    needed = f"require {layout.quote(requires, request.style.quotes)}" if requires else ""
    return ruby_file(request.style, needed, text)


def _template(request: InstallRequest, name: str, facts: dict[str, Any]) -> str:
    return find_template(request.release.tree, f"install/{name}").render(facts)
