"""Fixtures of the live tests: services for the session, a variant for each test that asks for one, apps.

    pytest tests/live --sidekiq-lib 6.5.12=/src/sidekiq/lib --unique-jobs-lib 7.1.33=/src/unique/lib:/src/script/lib \
        --throttled-lib 1.5.2=/src/throttled/lib:/src/redis-prescription/lib \
        --activejob-uniqueness-lib 0.4.0=/src/activejob-uniqueness/lib:/src/redlock/lib \
        --schedule-lib sidekiq-cron-1.12.0=/src/cron/lib:/src/fugit/lib:/src/raabro/lib:/src/et-orbi/lib

Without the roots of tests/live/setup every test here is skipped; where CI is set it fails instead.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from live.app import App
from live.databases import MariaDB, PostgreSQL
from live.processes import Processes
from live.report import Ledger, promise
from live.roots import (
    MISSING,
    NAMES,
    RubyRoot,
    Variant,
    find_roots,
    scheduled_variants,
    throttled_variants,
    uniqueness_variants,
    variants,
)
from live.services import Redis
from support.cache import cache_folder

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

HERE = Path(__file__).parent
__all__ = ["promise"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("live", "releases laid over the roots of the live tests")
    for name in ("sidekiq", "unique-jobs", "throttled", "activejob-uniqueness"):
        group.addoption(f"--{name}-lib", action="append", default=[], metavar="VERSION=DIR[:DIR...]")
    group.addoption("--schedule-lib", action="append", default=[], metavar="GEM-VERSION=DIR[:DIR...]")
    group.addoption("--cold", action="store_true", help="start Ruby from the beginning for each program (live/warm.py)")
    group.addoption(
        "--live-report", type=Path, metavar="FOLDER", help="write what was executed into live.md, live.json"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "live: runs in the Ruby roots of tests/live/setup, with real services")
    config.addinivalue_line("markers", "scenario(*names): shows what these kinds and patterns promise, under stress")
    folder = config.getoption("--live-report", default=None)
    if folder and not hasattr(config, "workerinput"):  # the process that the others report to
        config.pluginmanager.register(Ledger(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("live")


def chosen_variants(config: pytest.Config) -> list[Variant]:
    """What the session runs on; empty when the roots are not there."""
    libs = (config.getoption("--sidekiq-lib", default=[]), config.getoption("--unique-jobs-lib", default=[]))
    roots = find_roots()
    return variants(roots, *libs) if len(roots) == len(NAMES) else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`variant`: once for each release; `unique_variant`, `throttled_variant`: for each with that gem laid over."""
    every = chosen_variants(metafunc.config)
    if "variant" in metafunc.fixturenames:
        plain = [variant for variant in every if not variant.unique_jobs]
        metafunc.parametrize("variant", plain or [None], ids=str, scope="session")
    if "unique_variant" in metafunc.fixturenames:
        unique = [variant for variant in every if variant.unique_jobs]
        reason = pytest.mark.skip("sidekiq-unique-jobs is not in Debian: --unique-jobs-lib VERSION=DIR lays it over")
        metafunc.parametrize("unique_variant", unique or [pytest.param(None, marks=reason)], ids=str, scope="session")
    if "throttled_variant" in metafunc.fixturenames:
        libs = metafunc.config.getoption("--throttled-lib", default=[])
        throttled = throttled_variants([variant for variant in every if not variant.unique_jobs], libs)
        reason = pytest.mark.skip("sidekiq-throttled is not in Debian: --throttled-lib VERSION=DIR lays it over")
        metafunc.parametrize(
            "throttled_variant", throttled or [pytest.param(None, marks=reason)], ids=str, scope="session"
        )
    if "uniqueness_variant" in metafunc.fixturenames:
        libs = metafunc.config.getoption("--activejob-uniqueness-lib", default=[])
        unique = uniqueness_variants([variant for variant in every if not variant.unique_jobs], libs)
        reason = pytest.mark.skip("activejob-uniqueness is not in Debian: --activejob-uniqueness-lib lays it over")
        metafunc.parametrize(
            "uniqueness_variant", unique or [pytest.param(None, marks=reason)], ids=str, scope="session"
        )
    if "scheduled_variant" in metafunc.fixturenames:
        libs = metafunc.config.getoption("--schedule-lib", default=[])
        scheduled = scheduled_variants([variant for variant in every if not variant.unique_jobs], libs)
        reason = pytest.mark.skip("no gem that schedules: --schedule-lib sidekiq-cron-1.12.0=DIR lays one over")
        metafunc.parametrize(
            "scheduled_variant",
            scheduled or [pytest.param(None, marks=reason)],
            ids=lambda one: f"{one[0]}+{one[1]}-{one[2]}" if one else "none",
            scope="session",
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Everything that is skipped for want of the roots is one line of the summary."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and MISSING in report.longrepr[2]:
        report.longrepr = (str(HERE / "setup"), 1, report.longrepr[2])
    return report


@pytest.fixture(scope="session")
def _roots() -> Iterator[dict[str, RubyRoot]]:
    lock = cache_folder() / "roots" / ".lock"
    if os.geteuid() != 0 or not lock.exists() or len(find_roots()) < len(NAMES):
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with lock.open("r", encoding="utf-8") as held:  # setup waits with replacing them
        fcntl.flock(held, fcntl.LOCK_SH)
        yield find_roots()


@pytest.fixture(scope="session", autouse=True)
def roots(_roots: dict[str, RubyRoot]) -> dict[str, RubyRoot]:
    """The three roots by name."""
    return _roots


@pytest.fixture(scope="session")
def processes(roots: dict[str, RubyRoot], request: pytest.FixtureRequest) -> Iterator[Processes]:
    assert roots
    with Processes(cold=request.config.getoption("--cold", default=False)) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql(processes: Processes) -> PostgreSQL:
    return PostgreSQL.start(processes)


@pytest.fixture(scope="session")
def mariadb(processes: Processes) -> MariaDB:
    return MariaDB.start(processes)


@pytest.fixture(scope="session")
def redis(processes: Processes) -> Redis:
    return Redis.start(processes)


@pytest.fixture
def app(processes: Processes, postgresql: PostgreSQL, redis: Redis) -> App:
    """An app on PostgreSQL, for one test."""
    return App.create(processes, postgresql, redis)


@pytest.fixture
def mysql_app(processes: Processes, mariadb: MariaDB, redis: Redis) -> App:
    """An app on MariaDB, for one test."""
    return App.create(processes, mariadb, redis)


@pytest.fixture(scope="session")
def forky(roots: dict[str, RubyRoot]) -> Variant:
    """The youngest root as it is: its RuboCop judges all rendered files."""
    return Variant(roots["forky"], roots["forky"].version("ruby-sidekiq"))
