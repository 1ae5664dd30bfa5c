"""What is to be installed, completely decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.flags import Flag
from sidekiq_gen.install.deployment import find_mention
from sidekiq_gen.install.health import HEALTH_FLAGS, HealthCheck, resolve_health_check
from sidekiq_gen.install.limits import LIMIT_FLAGS, DeadLimits, limit_notices, resolve_limits
from sidekiq_gen.install.schedule import Schedule, find_schedule
from sidekiq_gen.install.settings import SETTING_BY_NAME, SETTINGS, code, fetches_by_itself, files_about_sidekiq
from sidekiq_gen.install.wiring import Wiring, find_wiring
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.pushes import has_transactions, pushes_after_commit
from sidekiq_gen.rails.stubs import stub_notices
from sidekiq_gen.ruby import trackers
from sidekiq_gen.settings import FILE, TEMPLATES, Setting
from sidekiq_gen.sidekiq.gems import PRO
from sidekiq_gen.sidekiq.gems import UNIQUE_JOBS as UNIQUE_JOBS_GEM
from sidekiq_gen.sidekiq.unique_duplicates import AFTER_COMMIT, ID_OF_NO_JOB
from sidekiq_gen.sidekiq.unique_jobs import pairing_error
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.install.settings import SettingName
    from sidekiq_gen.packs.layers import Layer
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.gems import Tracker
    from sidekiq_gen.rails.processes import Process
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.settings import SettingsFile
    from sidekiq_gen.sidekiq.release import Release
    from sidekiq_gen.style import Style

INITIALIZER = "config/initializers/sidekiq.rb"
UNIQUE_JOBS = "config/initializers/sidekiq_unique_jobs.rb"
CONFIGURATION = "config/sidekiq.yml"
TASKS = "lib/tasks/sidekiq_dead.rake"

CONFIG = Flag("--config", f"Write {FILE} instead, with what this repo shows of how it writes jobs.", "switch")
# Those that the table [install] can set.
SETTABLE = (*HEALTH_FLAGS, *LIMIT_FLAGS, TEMPLATES)
FLAGS = (*SETTABLE, CONFIG)


def with_defaults(answers: Answers, file: SettingsFile) -> Answers:
    """The answers, with what the table ``[install]`` sets where nothing was given.

    Raises:
        InvalidInput: a key or a value of it makes no sense.
    """
    found = file.read("install", map(Setting.of, SETTABLE))
    set_here = {name.replace("-", "_"): value for name, value in found.items() if value.value is not False}
    set_here.pop(TEMPLATES.parameter, None)  # which has been heeded, and is relative to the root
    completed = {**set_here, **answers}
    health, *about_it = (flag.parameter for flag in HEALTH_FLAGS)
    stray = about_it if health not in completed else []
    return {name: value for name, value in completed.items() if name in answers or name not in stray}


@dataclass(frozen=True)
class InstallRequest:
    """Everything that is to be set up.

    settings: what the initializer has to say: all that nothing else below ``config`` says already.
    queues: those that are configured or used, ``default`` among them. used_queues: those that jobs name and nobody
    serves. mentions: other such queues, each with a file of the deployment that speaks of it.
    elsewhere: what is set in another file: its title and that file.
    unique: how sidekiq-unique-jobs is to be wired; None without that gem.
    configured_by: the file that says by itself what config/sidekiq.yml would, which is then not created; or None.
    reads_configuration: whether a process may read its queues from config/sidekiq.yml.
    batches: whether batches push past the commit, as they do with Sidekiq Pro.
    limits: how many dead jobs are to be kept, and for how long. schedule: what enqueues the health check; None without.
    layers: the templates that lie over the built-in ones.
    """

    release: Release
    style: Style
    tracker: Tracker
    queues: tuple[str, ...]
    used_queues: tuple[str, ...]
    settings: tuple[SettingName, ...]
    elsewhere: tuple[tuple[str, str], ...]
    unique: Wiring | None
    health_check: HealthCheck | None
    configured_by: str | None = None
    reads_configuration: bool = True
    batches: bool = False
    mentions: tuple[tuple[str, str], ...] = ()
    limits: DeadLimits = field(default_factory=DeadLimits)
    schedule: Schedule | None = None
    layers: tuple[Layer, ...] = ()


def resolve_install(answers: Answers, project: Project) -> InstallRequest:
    """Decide everything.

    Raises:
        InvalidInput: a flag makes no sense.
        Refused: the locked sidekiq-unique-jobs does not go with this Sidekiq, or the health check is there elsewhere.
    """
    app, release = project.app, project.release
    gem = app.gem(UNIQUE_JOBS_GEM)
    refusal = pairing_error(gem.version, release.version) if gem else None
    if refusal:
        raise refusal
    repo = app.repo
    files = files_about_sidekiq(repo)
    used = tuple(dict.fromkeys(name for job in app.job_files if job.queue and _unserved(name := job.queue.name, app)))
    mentions = tuple((name, path) for name in used if (path := find_mention(repo, name)))
    others = [(path, code(text)) for path, text in files if path != INITIALIZER]
    health, limits, configured_by = (
        resolve_health_check(answers, app),
        resolve_limits(answers),
        _configured_by(repo, app),
    )
    schedule = find_schedule(app, health.name.class_name, INITIALIZER, configured_by) if health else None
    asked = {*limits.names, *(["periodic"] if schedule and schedule.in_the_initializer else [])}
    wanted = [setting for setting in SETTINGS if setting.name in asked or setting.wanted(app, release)]
    found = {setting.name: setting.found_in(others) for setting in wanted}
    return InstallRequest(
        release,
        app.style_for(app.conventions, health.test, health.path) if health else app.style,
        app.tracker,
        app.queues,
        tuple(name for name in used if name not in dict(mentions)),
        tuple(setting.name for setting in wanted if not found[setting.name]),
        tuple((setting.title, path) for setting in wanted if (path := found[setting.name])),
        _unique(find_wiring(files, UNIQUE_JOBS, release.capabilities)) if gem else None,
        health,
        configured_by,
        not app.processes or any(_reads_configuration(one) for one in app.processes),
        app.gem(PRO) is not None and release.capabilities.transactional_push_outside_batches,
        mentions,
        limits,
        schedule,
        app.layers,
    )


def _unique(found: Wiring) -> Wiring | None:
    """The wiring, unless another file has all of it."""
    return found if found.missing or found.home == UNIQUE_JOBS else None


def _reads_configuration(process: Process) -> bool:
    """Whether a process takes its queues from config/sidekiq.yml.

    Source: sidekiq v7.3.0 lib/sidekiq/cli.rb:266-286.
    """
    own = process.configuration is None or process.configuration.removeprefix("./") == CONFIGURATION
    return own and not process.queues


def _unserved(queue: str, app: RailsApp) -> bool:
    """Whether a queue may be missing from the configuration: none that another file has served."""
    return queue not in app.served.names


def _configured_by(repo: Repo, app: RailsApp) -> str | None:
    """The file that makes a new config/sidekiq.yml harmful.

    Sidekiq would load it unasked, before sidekiq.yml.erb; beside processes with queues or a file of their own it would
    say what nobody does. Its concurrency takes part nowhere else: ``-c`` goes before it, and RAILS_MAX_THREADS is what
    it says. Source: v6.0.0 lib/sidekiq/cli.rb:217 and :354, v7.3.0 lib/sidekiq/cli.rb:266 and :278.
    """
    if repo.is_file(CONFIGURATION):
        return None
    if repo.is_file(f"{CONFIGURATION}.erb"):
        return f"{CONFIGURATION}.erb"
    started = (one for one in app.processes if one.queues or one.configuration)
    return next((one.path for one in started), None)


def notices(request: InstallRequest, project: Project) -> Iterator[Notice]:
    """Everything the user should know, apart from what is there already."""
    yield from project.notices
    app, can = project.app, request.release.capabilities
    reporter = trackers.reports_by_itself(app.tracker)
    if reporter and reporter not in {"Sidekiq", "Rails"}:
        yield Notice(
            "errors-reported",
            f"{reporter} reports the errors of jobs by itself, so that no error handler is written.",
            "A second one would report each error twice.",
        )
    if app.tracker.name == "rails":
        yield Notice(
            "rails-executor",
            "Rails itself reports each failed job to Rails.error, as Sidekiq::JobRetry::Handled.",
            "Let your subscribers look at its cause."
            if reporter
            else "Let your subscribers pass over that class: the error handler reports the real error, with its job.",
        )
    if not (can.strict_arguments_switch or can.strict_arguments_raise):
        yield Notice(
            "no-strict-arguments",
            f"Sidekiq {request.release.text} does not check whether arguments survive JSON.",
            "Sidekiq 6.4 can; until then pass numbers, strings, arrays and hashes with string keys only.",
        )
    if can.discard_runs_death_handlers and not can.discarded_at and "death_handler" in request.settings:
        yield Notice(
            "discard-as-death",
            f"Sidekiq {request.release.text} calls death handlers for discarded jobs, too, and does not tell which.",
            'From 8.0.8 on there is job["discarded_at"]: upgrade, and pass over such jobs in the death handler.',
        )
    yield from stub_notices(app, request.health_check.test if request.health_check else "none", request.style.spec)
    yield from _transactional_push(request, app)
    if request.unique and ("transactional_push" in request.settings or app.configured(AFTER_COMMIT)):
        yield ID_OF_NO_JOB
    if request.unique and not can.unique_server_configure:
        yield Notice(
            "unique-server",
            "This sidekiq-unique-jobs has no SidekiqUniqueJobs::Server.configure: locks of dead jobs are not released.",
            "Upgrade to 7.0.1 or later.",
        )
    yield from _closed(request, app)
    yield from _limits(request, app)
    if request.configured_by:
        yield Notice(
            "configured-elsewhere",
            f"{request.configured_by} says how Sidekiq is started, so that no {CONFIGURATION} is written.",
            "Sidekiq would load that file, too, wherever it is started without one.",
        )
    for queue, path in request.mentions:
        yield Notice(
            "queue-elsewhere",
            f"{path} speaks of Sidekiq and of the queue {queue}, so that {CONFIGURATION} is not given it.",
            "See that a process serves it.",
        )
    for title, path in request.elsewhere:
        yield Notice("already-set", f"{title} is already set in {path}.", f"It is left out of {INITIALIZER}.")


def _transactional_push(request: InstallRequest, app: RailsApp) -> Iterator[Notice]:
    if pushes_after_commit(app, request.release) or not has_transactions(app):
        return
    possible = request.release.capabilities.transactional_push
    yield Notice(
        "no-transactional-push",
        "Jobs that are pushed inside a transaction may start before its commit.",
        "Push after the commit; or add the gem after_commit_everywhere, and run this again."
        if possible
        else "Push after the commit; from Sidekiq 6.5 on it can wait for it by itself.",
    )


def _closed(request: InstallRequest, app: RailsApp) -> Iterator[Notice]:
    """What is to be known of what is written for Sidekiq Pro and Enterprise."""
    if "enterprise_unique" in request.settings:
        yield Notice(
            "enterprise-not-run",
            "Sidekiq::Enterprise.unique! was not executed: Sidekiq Enterprise is closed source. It is written from its "
            "public documentation.",
            "Jobs with unique_for are refused as duplicates from then on: try one against your Redis.",
        )
    if "super_fetch" in request.settings:
        yield Notice(
            "pro-not-run",
            "config.super_fetch! was not executed: Sidekiq Pro is closed source. It is written from its public "
            "documentation.",
            "Jobs of a process that crashed are run again from then on: they have to be idempotent.",
        )
    if app.gem(PRO) and fetches_by_itself(app, request.release):
        yield Notice(
            "no-super-fetch",
            "config.super_fetch! is left out: below 1.3 sidekiq-throttled throttles nothing beside it.",
            "Upgrade sidekiq-throttled to 1.3 or later, and run this again.",
        )


def _limits(request: InstallRequest, app: RailsApp) -> Iterator[Notice]:
    there = code(app.repo.read(INITIALIZER) or "")
    limits = request.limits
    set_there = (name for name in limits.names if SETTING_BY_NAME[name].sign.search(there))
    said = [(name, INITIALIZER) for name in set_there if limits.assignment(name) not in there]
    yield from limit_notices(limits, request.release, said, app.repo.read(CONFIGURATION) or "")
