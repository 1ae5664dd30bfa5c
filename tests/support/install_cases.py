"""What install writes in tests: every tree with every tracker, with sidekiq-unique-jobs and with the health check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from support.cases import RELEASES
from support.command import sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

# By a word for file names; the last two have no gem of a tracker, and Rails itself where it can.
TRACKERS = {
    "sentry": {"sentry-ruby": "5.28.0"},
    "sentry-sidekiq": {"sentry-sidekiq": "5.28.0"},
    "raven": {"sentry-raven": "3.1.2"},
    "honeybadger": {"honeybadger": "6.0.0"},
    "bugsnag": {"bugsnag": "6.27.1"},
    "rollbar": {"rollbar": "3.7.0"},
    "appsignal": {"appsignal": "4.0.0"},
    "airbrake": {"airbrake": "13.0.2"},
    "none": {},
}
FROZEN = "# frozen_string_literal: true\n\n"  # in one job of two, so that the linter of the repo decides
EVERYTHING = ("--health-check", "--dead-threshold", "25000")


INITIALIZER = "config/initializers/sidekiq.rb"
# Somebody's own, in the style of the repo.
INITIALIZERS = {
    INITIALIZER: f"""{FROZEN}Sidekiq.configure_client do |config|
  config.client_middleware {{ |chain| chain.add(SidekiqUniqueJobs::Middleware::Client) }}
end

Sidekiq.configure_server do |sidekiq|
  sidekiq.average_scheduled_poll_interval = 5
end
""",
    "config/sidekiq.yml": """:concurrency: 25 # measured
:queues:
  - [default, 5] # most of it

:limits:
  default: 10
""",
}


@dataclass(frozen=True)
class InstallCase:
    """One command line for one repo.

    name: unique among the cases, fit for a file name.
    """

    name: str
    repo: Repo
    flags: tuple[str, ...]

    @property
    def line(self) -> str:
        """What is typed."""
        return " ".join(("install", *self.flags))

    def render(self, folder: Path) -> dict[str, str]:
        """Run the command in a fresh repo; returns the files that are new or changed, by path."""
        root = self.repo.write(folder)
        before = tree(root)
        done = sidekiq_gen(root, "install", *self.flags, "--no-input")
        assert done.status == 0, f"{self.name}: {done.err}"
        return {path: content.decode() for path, content in tree(root).items() if before.get(path) != content}

    def styled(self, quotes: str, *, comment: bool) -> InstallCase:
        """The same in a repo with another style."""
        files = dict(self.repo.files)
        if INITIALIZER in files and not comment:
            files[INITIALIZER] = files[INITIALIZER].removeprefix(FROZEN)
        return replace(self, repo=replace(self.repo, quotes=quotes, comment=comment, files=files))


def install_cases() -> list[InstallCase]:
    """All of them."""
    cases = []
    for name, repo in RELEASES.items():
        unique = {"sidekiq-unique-jobs": repo.unique_jobs or ""}
        for tracker, gems in TRACKERS.items():
            plain = replace(repo, unique_jobs=None, gems=gems)
            cases.append(InstallCase(f"install-{name}-{tracker}", plain, EVERYTHING))
        several = {"app/jobs/mail_job.rb": _job("mail"), "app/jobs/search_job.rb": f"{FROZEN}{_job('search')}"}
        bare = replace(repo, unique_jobs=None, gems=unique, files=several)
        cases.append(InstallCase(f"install-{name}-unique-jobs", bare, ()))
        cases.append(InstallCase(f"install-{name}-insert", replace(bare, files=several | INITIALIZERS), ()))
        minitest = replace(repo, unique_jobs=None, rspec=False, records="fixture")
        cases.append(InstallCase(f"install-{name}-minitest", minitest, ("--health-check",)))
    for sidekiq, rails, gems in (
        ("6.0.7", "6.1.7.10", {"appsignal": "3.13.0"}),
        ("6.4.2", "6.1.7.10", {"sidekiq-throttled": "0.18.0"}),
        ("6.4.1", "6.1.7.10", {"bugsnag": "6.22.1"}),
        ("6.5.12", "6.1.7.10", {"after_commit_everywhere": "1.4.0"}),
        ("7.0.9", "7.0.8", {"sidekiq-throttled": "1.0.0"}),
        ("7.3.10", "7.2.3", {"sidekiq-pro": "7.3.6"}),
        ("7.3.9", "7.2.3", {"sidekiq-ent": "7.3.4", "sidekiq-pro": "7.3.6"}),
        ("7.2.4", "7.1.5", {"sidekiq-cron": "2.3.1"}),
        ("8.0.9", "8.0.2", {"sidekiq-scheduler": "6.0.1"}),
        ("8.0.5", "8.0.1", {}),
        ("8.0.6", "8.0.2", {}),
        ("8.0.8", "8.0.2", {}),
    ):
        repo = Repo(sidekiq=sidekiq, rails=rails, gems=gems)
        cases.append(InstallCase(f"install-{sidekiq}-rails-{rails}", repo, ("--health-check",)))
    limits = ("--dead-max-jobs", "50000", "--dead-timeout", "30d")
    for name in ("6.4.1", "6.5.12", "7.3.10"):
        repo = Repo(sidekiq=name, rails="6.1.7.10", gems={"sentry-ruby": "5.28.0"})
        cases.append(InstallCase(f"install-{name}-limits", repo, limits))
    return cases


def _job(queue: str) -> str:
    return f"class {queue.title()}Job\n  include Sidekiq::Job\n  sidekiq_options queue: :{queue}\nend\n"
