"""What is written, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        texts.append(
            (INITIALIZER, _ruby(request, "initializer.rb.j2", facts, requires=trackers.needs(request.tracker)))
        )
    if not request.configured_by:
        texts.append((CONFIGURATION, _template(request, "sidekiq.yml.j2", facts)))
    if request.unique_jobs:
        texts.append((UNIQUE_JOBS, _ruby(request, "unique_jobs.rb.j2", facts)))
    texts.append((TASKS, _ruby(request, "dead.rake.j2", facts, requires="sidekiq/api")))
    health = request.health_check
    if health:
        texts.append((health.path, _ruby(request, "health_check.rb.j2", facts, requires="sidekiq/api")))
        if health.test_path:
            helper = "test_helper" if health.test == "minitest" else request.rspec_helper
            template = f"health_check_{health.test}.rb.j2"
            texts.append((health.test_path, _ruby(request, template, facts, requires=helper)))
    return texts


def _facts(request: InstallRequest) -> dict[str, object]:
    tracker, health = request.tracker, request.health_check
    death = [("job", 'job["wrapped"] || job["class"]'), ("jid", 'job["jid"]'), ("error", "error.inspect")]
    logger = trackers.SIDEKIQ_LOGGER
    return {
        "can": request.release.capabilities,
        "job_module": request.style.job_module or request.release.job_module,
        "sets": frozenset(request.settings),
        "tracker": tracker.name,
        "reporter": trackers.reports_by_itself(tracker),
        "report_error": trackers.report(tracker, "error", [("job", "context[:job]")], logger=logger),
        "report_death": trackers.alert(tracker, '"A Sidekiq job has died"', death, logger=logger, level="error"),
        "alert": trackers.alert(tracker, '"Too many Sidekiq jobs are dead"', [("dead_jobs", "dead")]),
        "calls": trackers.calls(tracker),
        "queues": [queue_entry(name) for name in request.queues],
        "health": health,
        "threshold": layout.integer(health.threshold) if health else None,
        "queue": ":default" if request.style.queue_literal == "symbol" else '"default"',
        "indent": layout.indent,
        "sections": layout.sections,
    }


def _ruby(request: InstallRequest, name: str, facts: dict[str, object], requires: str | None = None) -> str:
    text = layout.fit(_template(request, name, facts), request.style.width)
    needed = f'require "{requires}"' if requires else ""
    return ruby_file(request.style, needed, text)


def _template(request: InstallRequest, name: str, facts: dict[str, object]) -> str:
    return find_template(request.release.tree, f"install/{name}").render(facts)
