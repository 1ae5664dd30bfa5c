"""What enqueues the health check every few minutes: the gem that is locked for that, and the file that it reads.

Source: sidekiq-cron v1.6.0 lib/sidekiq/cron/schedule_loader.rb:6 (loads config/schedule.yml by itself), v1.10.0 lib/
sidekiq/cron/schedule_loader.rb:15 (and deletes what is not in it); sidekiq-scheduler v4.0.3 lib/sidekiq-scheduler/
manager.rb:46 and v5.0.0 lib/sidekiq-scheduler/sidekiq_adapter.rb:13 (the key); sidekiq v8.1.7 Ent-Changes.md:328 (the
name of a class as a string).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from sidekiq_gen.install.settings import FOLDER, code
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.queues import CONFIGURATION
from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.gems import ENTERPRISE
from sidekiq_gen.sidekiq.versions import Version
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.files import Repo

CRON_GEM: Final = "sidekiq-cron"
SCHEDULER_GEM: Final = "sidekiq-scheduler"
CRON_FILE = "config/schedule.yml"
CRON = "*/5 * * * *"
NAME = "sidekiq_health_check"

LOADS_BY_ITSELF = Version("1.6.0")
UNDER_ITS_OWN_KEY = Version("5.0.0")
TAKES_A_NAME = Version("2.0.1")

_OF_CRON = regex(r"\bSidekiq::Cron\b|\bcron_schedule_file\b")
_OF_SCHEDULER = regex(r"\bSidekiq\.schedule\b|\bSidekiqScheduler\b")
_OF_ENTERPRISE = regex(r"\.periodic\b")


@dataclass(frozen=True)
class Schedule:
    """How the health check comes to be enqueued.

    means: the gem that does it; ``none`` where nothing is there for it, ``there`` where something does already.
    path: the file that says so, or is to. keys: those that the entry stands below in it.
    why: why it is not written into that file, the end of a sentence; empty where it is.
    """

    class_name: str
    means: Literal["sidekiq-cron", "sidekiq-scheduler", "sidekiq-ent", "none", "there"]
    path: str = ""
    keys: tuple[str, ...] = ()
    why: str = ""

    @property
    def written(self) -> bool:
        """Whether the entry is written."""
        return self.means not in {"none", "there"} and not self.why

    @property
    def in_the_initializer(self) -> bool:
        """Whether it is a statement of the initializer."""
        return self.means == "sidekiq-ent" and self.written

    def is_in(self, path: str) -> bool:
        """Whether the entry belongs into that file, which is YAML."""
        return self.written and not self.in_the_initializer and path == self.path

    @property
    def pairs(self) -> Mapping[str, str]:
        """What the entry says."""
        return {"cron": CRON, "class": self.class_name}

    @property
    def statement(self) -> str:
        """The call that registers it with Sidekiq Enterprise."""
        return f'config.periodic {{ |manager| manager.register("{CRON}", "{self.class_name}") }}'


def find_schedule(app: RailsApp, class_name: str, initializer: str, configured_by: str | None) -> Schedule:
    """Decide what enqueues it, of the gems that are locked.

    configured_by: the file that makes a new config/sidekiq.yml harmful, or None.
    """
    repo = app.repo
    homes = {CRON_FILE, CONFIGURATION, initializer}
    named = re.compile(rf"(?<![\w:]){re.escape(class_name)}\b")
    there = (path for path in repo.files(FOLDER, "") if path not in homes and named.search(repo.read(path) or ""))
    elsewhere = next(there, None)
    if elsewhere:
        return Schedule(class_name, "there", elsewhere)
    ruby = {path: code(repo.read(path) or "") for path in repo.files(FOLDER)}
    if gem := app.gem(CRON_GEM):
        return Schedule(class_name, CRON_GEM, CRON_FILE, (), _without_cron(repo, ruby, gem.version))
    if gem := app.gem(SCHEDULER_GEM):
        keys = ("scheduler", "schedule") if gem.version >= UNDER_ITS_OWN_KEY else ("schedule",)
        return Schedule(class_name, SCHEDULER_GEM, CONFIGURATION, keys, _without_scheduler(ruby, configured_by))
    if gem := app.gem(ENTERPRISE):
        others = {path: text for path, text in ruby.items() if not named.search(text)}
        return Schedule(class_name, ENTERPRISE, initializer, (), _without_periodic(others, gem.version))
    return Schedule(class_name, "none")


def _where(sign: re.Pattern[str], ruby: Mapping[str, str]) -> str | None:
    return next((path for path, text in ruby.items() if sign.search(text)), None)


def _without_cron(repo: Repo, ruby: Mapping[str, str], version: Version) -> str:
    if version < LOADS_BY_ITSELF:
        return f"{CRON_GEM} {version} loads no file by itself"
    if repo.is_file("config/schedule.yaml"):
        return "config/schedule.yaml holds the schedule"
    other = _where(_OF_CRON, ruby)
    # A new file would make sidekiq-cron delete what was scheduled in another way.
    return f"{other} sets up {CRON_GEM}" if other and not repo.is_file(CRON_FILE) else ""


def _without_scheduler(ruby: Mapping[str, str], configured_by: str | None) -> str:
    other = _where(_OF_SCHEDULER, ruby)
    if other:
        return f"{other} sets up {SCHEDULER_GEM}"
    return f"{configured_by} says how Sidekiq is started" if configured_by else ""


def _without_periodic(ruby: Mapping[str, str], version: Version) -> str:
    if version < TAKES_A_NAME:
        return f"{ENTERPRISE} {version} takes no name of a class there"
    other = _where(_OF_ENTERPRISE, ruby)
    return f"{other} has periodic jobs already" if other else ""


def schedule_notice(schedule: Schedule, text: str) -> Notice | None:
    """What is to be known of it; text: the entry as it is added by hand."""
    job = schedule.class_name
    if schedule.means == "none":
        return Notice(
            "health-check-not-scheduled",
            f"Nothing enqueues {job} yet: neither {CRON_GEM} nor {SCHEDULER_GEM} nor Sidekiq Enterprise is locked.",
            f"Have a scheduler, for example cron on the server, run {job}.perform_async every five minutes.",
        )
    if schedule.why:
        return Notice(
            "health-check-not-scheduled",
            f"Nothing enqueues {job} yet, and {schedule.why}.",
            f"Schedule it by hand:\n{text}",
        )
    if schedule.in_the_initializer:
        return Notice(
            "enterprise-not-run",
            "The schedule of the health check was not executed: Sidekiq Enterprise is closed source. It is written "
            "from its public documentation.",
            f"See that {job} is among the periodic jobs in the Web UI.",
        )
    return None
