"""What is written, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.install.insertion import Addition, in_block
from sidekiq_gen.install.limits import settings_object
from sidekiq_gen.install.request import CONFIGURATION, INITIALIZER, TASKS
from sidekiq_gen.install.schedule import CRON, CRON_FILE, NAME
from sidekiq_gen.install.schedule_yaml import entry
from sidekiq_gen.install.settings import SETTING_BY_NAME, code
from sidekiq_gen.quoting import yaml_scalar
from sidekiq_gen.ruby import layout, literals, spec_forms, trackers
from sidekiq_gen.ruby.nesting import nested
from sidekiq_gen.ruby.templates import find_template, ruby_file, test_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.install.request import InstallRequest
    from sidekiq_gen.install.schedule import Schedule
    from sidekiq_gen.install.settings import Place
    from sidekiq_gen.install.wiring import Wiring

INDENTATION = 2


def render(request: InstallRequest) -> list[tuple[str, str]]:
    """Every file as it would be if nothing were there yet, path and text, in the order in which they are printed."""
    facts = _facts(request)
    schedule = request.schedule
    texts = {}
    if request.settings:
        settings = [(SETTING_BY_NAME[name].place, _setting(request, name)) for name in request.settings]
        outside = [text for place, text in settings if place == "top"]
        server = layout.sections(*(text for place, text in settings if place == "server"))
        whole = layout.sections(*outside, in_block("server", server) if server else "")
        texts[INITIALIZER] = ruby_file(request.style, "", whole)
    if not request.configured_by:
        texts[CONFIGURATION] = _template(request, "sidekiq.yml.j2", facts)
        if schedule and schedule.is_in(CONFIGURATION):
            texts[CONFIGURATION] += "\n" + schedule_entry(schedule) + "\n"
    if schedule and schedule.is_in(CRON_FILE):
        texts[CRON_FILE] = schedule_entry(schedule) + "\n"
    if request.unique:
        texts.setdefault(request.unique.home, ruby_file(request.style, "", _unique_jobs(request, request.unique)))
    texts[TASKS] = _ruby(request, "dead.rake.j2", facts, requires=("sidekiq/api",))
    health = request.health_check
    if health:
        text = layout.fit(_template(request, "health_check.rb.j2", facts), request.style.width - 2 * len(health.around))
        texts[health.path] = ruby_file(request.style, 'require "sidekiq/api"', nested(text.strip("\n"), health.around))
        if health.test_path:
            text = _template(request, f"health_check_{health.test}.rb.j2", facts)
            text = layout.fit(spec_forms.tested(text, health.test, request.style.spec), request.style.width)
            texts[health.test_path] = test_file(request.style, health.test, text, ())
    return [*texts.items()]


def schedule_entry(schedule: Schedule) -> str:
    """The entry of the health check as it would stand alone in its file."""
    return (
        schedule.statement if schedule.means == "sidekiq-ent" else "\n".join(entry(NAME, schedule.pairs, schedule.keys))
    )


def additions_for(request: InstallRequest, path: str, text: str) -> list[Addition]:
    """What an initializer that is there lacks, as statements in the house's quotes."""
    there = code(text)
    settings = [SETTING_BY_NAME[name] for name in request.settings if path == INITIALIZER]
    lacking = [
        Addition(setting.shown, setting.place, _setting(request, setting.name))
        for setting in settings
        if not setting.sign.search(there)
    ]
    wiring = request.unique
    if wiring and path == wiring.home:
        if wiring.missing and not wiring.configured:
            lacking.append(Addition("SidekiqUniqueJobs.configure", "top", _wiring(request, "configure", "top")))
        lacking += (Addition(one.shown, one.place, _wiring(request, one.name, one.place)) for one in wiring.missing)
    quotes = request.style.quotes
    return [Addition(one.shown, one.place, literals.in_quotes(one.text, quotes)) for one in lacking]


def _unique_jobs(request: InstallRequest, wiring: Wiring) -> str:
    """The whole initializer of sidekiq-unique-jobs."""
    parts = {part.name: _wiring(request, part.name, part.place) for part in wiring.missing}
    upkeep = parts.pop("upkeep", "")
    server = "\n".join(text for name, text in parts.items() if name != "client")
    configure = "" if wiring.configured else _wiring(request, "configure", "top")
    client = in_block("client", parts["client"]) if "client" in parts else ""
    blocks = layout.sections(configure, client, in_block("server", layout.sections(server, upkeep)))
    return _wiring(request, "header", "top") + "\n" + blocks


def _setting(request: InstallRequest, name: str) -> str:
    place = SETTING_BY_NAME[name].place  # type: ignore[index]
    return _statement(request, f"settings/{name}.rb.j2", place)


def _wiring(request: InstallRequest, name: str, place: Place) -> str:
    return _statement(request, f"unique/{name}.rb.j2", place)


def _statement(request: InstallRequest, template: str, place: Place) -> str:
    """One statement without indentation, its lines broken so that they fit where it stands."""
    width = request.style.width - (INDENTATION if place != "top" else 0)
    return layout.fit(_template(request, template, _facts(request)), width).strip("\n")


def _facts(request: InstallRequest) -> dict[str, object]:
    tracker, health = request.tracker, request.health_check
    death = [("job", 'job["wrapped"] || job["class"]'), ("jid", 'job["jid"]'), ("error", "error.inspect")]
    logger = trackers.SIDEKIQ_LOGGER
    unwrapped = request.release.capabilities.both_wrappers_unwrapped
    return {
        "can": request.release.capabilities,
        "job_module": request.style.job_module or request.release.job_module,
        "tracker": tracker.name,
        "reporter": trackers.reports_by_itself(tracker),
        "report_error": trackers.report(tracker, "error", [("job", "context[:job]")], logger=logger),
        "report_death": trackers.alert(tracker, '"A Sidekiq job has died"', death, logger=logger, level="error"),
        "alert": trackers.alert(tracker, '"Too many Sidekiq jobs are dead"', [("dead_jobs", "dead")]),
        "calls": trackers.calls(tracker),
        "shown_class": "job.display_class" if unwrapped else "class_of.call(job)",
        "shown_arguments": "job.display_args" if unwrapped else "arguments_of.call(job)",
        "batches": request.batches,
        "settings": settings_object(request.release),
        "limits": request.limits,
        "cron": CRON,
        "queues": [yaml_scalar(name) for name in request.queues],
        "health": health,
        "superclass": f" < {health.base}" if health and health.base else "",
        "threshold": layout.integer(health.threshold) if health else None,
        "queue": layout.queue(health.queue, request.style) if health else None,
        "indent": layout.indent,
    }


def _ruby(request: InstallRequest, name: str, facts: dict[str, object], requires: Sequence[str] = ()) -> str:
    text = layout.fit(_template(request, name, facts), request.style.width)
    needed = "\n".join(f'require "{one}"' for one in requires)
    return ruby_file(request.style, needed, text)


def _template(request: InstallRequest, name: str, facts: dict[str, object]) -> str:
    return find_template(request.release.tree, f"install/{name}", request.layers).render(facts)
