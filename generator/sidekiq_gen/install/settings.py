"""What an initializer can set, how to see that it is set, and where it is wanted.

Redis is not among it: Sidekiq reads REDIS_URL, or the variable that REDIS_PROVIDER names, by itself, and config.redis
would undo what the railtie of a gem has set. Source: v6.0.0 lib/sidekiq/redis_connection.rb:121, v8.1.7 :100;
govuk_sidekiq lib/govuk_sidekiq/sidekiq_initializer.rb (reconnect_attempts).

Pro and Enterprise are closed source: their wiki says what they take. Source: sidekiq wiki, Ent-Unique-Jobs (in the
initializer, not in tests), Reliability (super_fetch!, inside configure_server), Ent-Periodic-Jobs; v8.1.7
Pro-Changes.md:610, Ent-Changes.md:328.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.rails.code import code_lines
from sidekiq_gen.rails.pushes import pushes_after_commit
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import trackers
from sidekiq_gen.sidekiq.gems import ENTERPRISE, PRO, THROTTLED, UNIQUE_JOBS
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.sidekiq.release import Release

FOLDER = "config"
SettingName = Literal[
    "airbrake",
    "strict_arguments",
    "throttled",
    "transactional_push",
    "enterprise_unique",
    "dead_max_jobs",
    "dead_timeout",
    "super_fetch",
    "error_handler",
    "death_handler",
    "periodic",
]
Place = Literal["top", "client", "server"]
"""Where a statement stands: outside of every block, or in that of ``configure_client`` or ``configure_server``."""


@dataclass(frozen=True)
class Setting:
    """One thing that the initializer says.

    name: that of its template, too. title: for people. shown: the call that makes it, for people.
    place: where it stands.
    sign: what it looks like in a line of code.
    wanted: whether it belongs into the initializer of this app, for this release.
    """

    name: SettingName
    title: str
    shown: str
    place: Place
    sign: re.Pattern[str]
    wanted: Callable[[RailsApp, Release], bool]

    def found_in(self, files: Iterable[tuple[str, str]]) -> str | None:
        """The path of the first file, given with its code, that sets it."""
        return next((path for path, text in files if self.sign.search(text)), None)


def fetches_by_itself(app: RailsApp, release: Release) -> bool:
    """Whether sidekiq-throttled brings a way to fetch jobs of its own, beside which there is no super_fetch."""
    return app.gem(THROTTLED) is not None and not release.capabilities.throttled_super_fetch


def _where_asked_for(_app: RailsApp, _release: Release) -> bool:
    """Whether it is wanted unasked: it is not."""
    return False


def _reports_errors(app: RailsApp, _release: Release) -> bool:
    return trackers.reports_by_itself(app.tracker) is None


SETTINGS = (
    Setting(
        "airbrake",
        "Airbrake's hook into Sidekiq",
        'require "airbrake/sidekiq"',
        "top",
        regex(r"\bairbrake/sidekiq\b"),
        lambda app, _: trackers.needs(app.tracker) == "airbrake/sidekiq",
    ),
    Setting(
        "strict_arguments",
        "the check of arguments",
        "Sidekiq.strict_args!",
        "top",
        regex(r"\bstrict_args!"),
        lambda _, release: release.capabilities.strict_arguments_warn,
    ),
    Setting(
        "throttled",
        "the setup of sidekiq-throttled",
        "Sidekiq::Throttled.setup!",
        "top",
        regex(r"\bSidekiq::Throttled\.setup!"),
        lambda _, release: release.capabilities.throttled_setup,
    ),
    Setting(
        "transactional_push",
        "the push after a commit",
        "Sidekiq.transactional_push!",
        "top",
        regex(r"\btransactional_push!"),
        pushes_after_commit,
    ),
    Setting(
        "enterprise_unique",
        "the switch for unique jobs",
        "Sidekiq::Enterprise.unique!",
        "top",
        regex(r"\bEnterprise\.unique!"),
        lambda app, _: app.gem(ENTERPRISE) is not None and app.gem(UNIQUE_JOBS) is None,
    ),
    Setting(
        "dead_max_jobs",
        "how many dead jobs are kept",
        "dead_max_jobs",
        "top",
        regex(r"\bdead_max_jobs\b"),
        _where_asked_for,
    ),
    Setting(
        "dead_timeout",
        "how long dead jobs are kept",
        "dead_timeout_in_seconds",
        "top",
        regex(r"\bdead_timeout_in_seconds\b"),
        _where_asked_for,
    ),
    Setting(
        "super_fetch",
        "super_fetch",
        "config.super_fetch!",
        "server",
        regex(r"\b(?:super|timed|reliable)_fetch!|\[:fetch(?:_class)?\]\s*="),
        lambda app, release: app.gem(PRO) is not None and not fetches_by_itself(app, release),
    ),
    Setting(
        "error_handler",
        "an error handler",
        "config.error_handlers <<",
        "server",
        regex(r"\berror_handlers\b"),
        _reports_errors,
    ),
    Setting(
        "death_handler",
        "a death handler",
        "config.death_handlers <<",
        "server",
        regex(r"\bdeath_handlers\b"),
        lambda _app, _release: True,
    ),
    Setting(
        "periodic",
        "the schedule of the health check",
        "config.periodic",
        "server",
        regex(r"\bperiodic\b"),
        _where_asked_for,
    ),
)


SETTING_BY_NAME = {setting.name: setting for setting in SETTINGS}


def files_about_sidekiq(repo: Repo) -> list[tuple[str, str]]:
    """The Ruby files below ``config`` that are about Sidekiq, each with its text."""
    texts = ((path, repo.read(path) or "") for path in repo.files(FOLDER))
    return [(path, text) for path, text in texts if "Sidekiq" in text or "sidekiq" in text]


def code(text: str) -> str:
    """The lines of code of a Ruby file."""
    return "\n".join(code_lines(text))
