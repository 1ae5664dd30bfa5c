"""A misspelled name is an error of types: what `make lint` says to a slip."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Planted:
    """A few lines of code, and the name in them that is misspelled.

    code: correct as it stands.
    right, wrong: the name in it, and the slip that takes its place.
    """

    code: str
    right: str
    wrong: str


PLANTED = {
    "capability-of-a-release": Planted(
        "from sidekiq_gen.sidekiq.release import Release\n"
        "def ask(release: Release) -> bool:\n"
        "    return release.capabilities.retry_in_kill\n",
        "retry_in_kill",
        "retry_in_kil",
    ),
    "capability-of-a-version": Planted(
        "from sidekiq_gen.sidekiq.versions import Version\n"
        "from sidekiq_gen.sidekiq.tables.unique_jobs import UniqueJobsTable\n"
        "print(UniqueJobsTable.unique_ttl_duration.holds_for(Version('8.1.0')))\n",
        "unique_ttl_duration",
        "unique_ttl_durations",
    ),
    "setting-of-a-pattern": Planted(
        "from sidekiq_gen.job.patterns.discard_on import DiscardOn\n"
        "from sidekiq_gen.job.request import JobRequest\n"
        "def ask(request: JobRequest) -> bool:\n"
        "    discard = request.get(DiscardOn)\n"
        "    return discard is not None and discard.means == 'rescue'\n",
        "means",
        "meanz",
    ),
    "setting-of-a-kind": Planted(
        "from sidekiq_gen.job.kinds.claim import Claim\n"
        "from sidekiq_gen.job.request import JobRequest\n"
        "def ask(request: JobRequest) -> int:\n"
        "    claim = request.of_kind(Claim)\n"
        "    return claim.max_rows if claim else 0\n",
        "max_rows",
        "maximum_rows",
    ),
    "pattern": Planted(
        "from sidekiq_gen.job.patterns import retry_after\n"
        "from sidekiq_gen.job.request import JobRequest\n"
        "def ask(request: JobRequest) -> bool:\n"
        "    return request.has(retry_after.RetryAfter)\n",
        "RetryAfter",
        "RetryLater",
    ),
    "fact": Planted(
        "from sidekiq_gen.job.spec_facts import SpecFacts\n"
        "def ask(facts: SpecFacts) -> str:\n"
        "    return facts.further_received\n",
        "further_received",
        "received_rest",
    ),
    "gem": Planted(
        "from sidekiq_gen.sidekiq.gems import Gems\nprint(Gems('8.1.7').version('sidekiq-unique-jobs'))\n",
        "sidekiq-unique-jobs",
        "sidekiq-unique_jobs",
    ),
}


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What mypy says, by file: ``NAME-right`` and ``NAME-wrong`` for each of PLANTED, checked in one run."""
    folder = tmp_path_factory.mktemp("planted")
    files = {}
    for name, planted in PLANTED.items():
        assert planted.code.count(planted.right) == 1
        for spelling, code in (("right", planted.code), ("wrong", planted.code.replace(planted.right, planted.wrong))):
            files[f"{name}-{spelling}"] = folder / f"{name.replace('-', '_')}_{spelling}.py"
            files[f"{name}-{spelling}"].write_text(code)
    config = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(folder / "cache"), "--no-pretty"]
    said, crashed, _ = api.run([*config, "--no-error-summary", *map(str, files.values())])
    assert not crashed
    lines = [line for line in said.splitlines() if ": error: " in line]
    found = {name: [line for line in lines if Path(line.partition(":")[0]).name == files[name].name] for name in files}
    assert sum(map(len, found.values())) == len(lines), said
    return found


@pytest.mark.parametrize("name", PLANTED)
def test_a_slip_is_an_error(errors: dict[str, list[str]], name: str) -> None:
    assert errors[f"{name}-right"] == []
    assert any(PLANTED[name].wrong in error for error in errors[f"{name}-wrong"])
