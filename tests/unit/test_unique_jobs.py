"""sidekiq-unique-jobs: pairs, valid strategies and what is true of each lock in each version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.sidekiq import unique_jobs
from sidekiq_gen.sidekiq.unique_locks import LOCKS, STRATEGIES, on_conflict
from sidekiq_gen.sidekiq.versions import Version
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

VERSIONS = (
    *(f"7.1.{patch}" for patch in range(34)),
    *(f"8.0.{patch}" for patch in range(14)),
    "8.1.0",
    "9.0.0.alpha2",
)
CLIENT_MAY_NOT = {"raise", "reject", "reschedule"}
SERVER_MAY_NOT = {"replace"}

LOG_RAISE = {"client": "log", "server": "raise"}
LOG_REJECT = {"client": "log", "server": "reject"}
LOG_RESCHEDULE = {"client": "log", "server": "reschedule"}
REPLACE_LOG = {"client": "replace", "server": "log"}

FORMS: dict[str, dict[str, str | dict[str, str]]] = {
    "until_executed": {"log": "log", "replace": REPLACE_LOG},
    "until_completed": {"log": "log", "replace": REPLACE_LOG},
    "until_expired": {"log": "log", "replace": REPLACE_LOG},
    "until_executing": {"log": "log", "replace": "replace"},
    "while_enqueued": {"log": "log", "replace": REPLACE_LOG},
    "until_and_while_executing": {
        "log": "log",
        "raise": LOG_RAISE,
        "reject": LOG_REJECT,
        "replace": REPLACE_LOG,
        "reschedule": LOG_RESCHEDULE,
    },
    "while_executing": {"log": "log", "raise": "raise", "reject": "reject", "reschedule": "reschedule"},
    "while_busy": {"log": "log", "raise": LOG_RAISE, "reject": LOG_REJECT, "reschedule": LOG_RESCHEDULE},
    "while_executing_reject": {"log": "log", "reject": LOG_REJECT},
}


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("lock", FORMS)
def test_the_form_of_on_conflict(lock: str, strategy: str) -> None:
    if strategy in FORMS[lock]:
        assert on_conflict(lock, strategy) == FORMS[lock][strategy]
        return
    with pytest.raises(Refused) as refused:
        on_conflict(lock, strategy)
    assert refused.value.code == "unique-conflict-strategy"
    assert refused.value.hint == f"With {lock} use one of: {', '.join(s for s in STRATEGIES if s in FORMS[lock])}."


@pytest.mark.parametrize(
    ("lock", "strategy", "form"),
    [
        (name, strategy, form)
        for lock in LOCKS.values()
        for name in (lock.name, *lock.aliases)
        for strategy, form in FORMS.get(name, {"log": "log"}).items()
    ],
)
def test_the_validators_of_the_gem_take_it(lock: str, strategy: str, form: str | dict[str, str]) -> None:
    """The validators of the gem, rewritten: they go by the name as written, so an alias is checked on both sides."""
    assert on_conflict(lock, strategy) == form
    client, server = (form, form) if isinstance(form, str) else (form["client"], form["server"])
    if lock != "while_executing":
        assert client not in CLIENT_MAY_NOT
    if lock != "until_executing":
        assert server not in SERVER_MAY_NOT


def test_the_locks_of_the_gem_and_their_aliases() -> None:
    assert {name: lock.aliases for name, lock in LOCKS.items()} == {
        "until_executed": (
            "until_completed",
            "until_performed",
            "until_processed",
            "until_successfully_completed",
        ),
        "until_executing": ("while_enqueued",),
        "until_expired": (),
        "until_and_while_executing": (),
        "while_executing": ("around_perform", "while_busy", "while_working"),
        "while_executing_reject": (),
    }
    assert tuple(STRATEGIES) == ("log", "raise", "reject", "replace", "reschedule")


@pytest.mark.parametrize(
    ("lock", "strategy", "why"),
    [
        ("while_executing_reject", "raise", "it always does reject"),
        (
            "until_executed",
            "raise",
            "it turns duplicates away when they are enqueued, and there only log and replace are valid",
        ),
        ("while_executing", "replace", "it meets duplicates when they run, and there is nothing left to replace"),
    ],
)
def test_why_a_lock_cannot_follow_a_strategy(lock: str, strategy: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        on_conflict(lock, strategy)
    assert refused.value.message == f"The lock {lock} cannot {strategy} a duplicate: {why}."


def test_unknown_words_are_no_input() -> None:
    with pytest.raises(InvalidInput, match="no lock called until_done") as lock:
        on_conflict("until_done", "log")
    assert lock.value.code == "unique-lock"
    with pytest.raises(InvalidInput, match="no conflict strategy called explode") as strategy:
        on_conflict("until_executed", "explode")
    assert strategy.value.code == "unique-strategy"


@pytest.mark.parametrize(
    ("gem", "sidekiq"),
    [
        ("7.0.0", "6.0.7"),
        ("7.1.0", "6.5.12"),
        ("7.1.7", "6.5.12"),
        ("7.1.33", "6.4.2"),
        ("8.0.0", "7.0.0"),
        ("8.0.10", "7.3.10"),
        ("8.0.10", "8.0.0.beta1"),
        ("8.0.11", "8.0.0"),
        ("8.1.0", "7.0.0"),
        ("8.1.0", "8.1.7"),
        ("9.0.0.alpha2", "8.1.7"),
    ],
)
def test_pairs_that_work(gem: str, sidekiq: str) -> None:
    assert unique_jobs.pairing_error(Version(gem), Version(sidekiq)) is None


@pytest.mark.parametrize(
    ("gem", "sidekiq", "code", "line"),
    [
        ("6.0.25", "6.5.12", "unique-jobs-too-old", "~> 7.1.29"),
        ("5.0.10", "7.3.2", "unique-jobs-too-old", "~> 8.1"),
        ("7.0.0.beta29", "6.5.12", "unique-jobs-too-old", "~> 7.1.29"),
        ("7.1.6", "7.0.0", "unique-jobs-pair", "~> 8.1"),
        ("7.1.28", "7.0.9", "unique-jobs-pair", "~> 8.1"),
        ("7.1.33", "8.0.0", "unique-jobs-pair", "~> 8.1"),
        ("8.0.0", "6.5.12", "unique-jobs-pair", "~> 7.1.29"),
        ("8.0.10", "8.0.0", "unique-jobs-pair", "~> 8.1"),
        ("8.1.0", "6.5.12", "unique-jobs-pair", "~> 7.1.29"),
        ("9.0.0.alpha1", "7.3.10", "unique-jobs-pair", "~> 8.1"),
    ],
)
def test_pairs_that_do_not(gem: str, sidekiq: str, code: str, line: str) -> None:
    error = unique_jobs.pairing_error(Version(gem), Version(sidekiq))
    assert error is not None
    assert error.code == code
    assert error.hint == f'Write in the Gemfile: gem "sidekiq-unique-jobs", "{line}"'


@pytest.mark.parametrize(
    ("sidekiq", "line"),
    [("6.0.0", "~> 7.1.29"), ("6.5.12", "~> 7.1.29"), ("7.0.0", "~> 8.1"), ("7.3.10", "~> 8.1"), ("8.1.7", "~> 8.1")],
)
def test_the_line_for_the_gemfile(sidekiq: str, line: str) -> None:
    assert unique_jobs.gemfile_line(Version(sidekiq)) == f'gem "sidekiq-unique-jobs", "{line}"'


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_comments_fit_on_a_line(lock: str, version: str) -> None:
    for comment in (unique_jobs.lock_comment, unique_jobs.ttl_comment):
        words = comment(lock, Version(version))
        assert 0 < len(words) <= 80
        assert not words.endswith(".")


def test_an_alias_is_spoken_of_like_its_lock() -> None:
    version = Version("8.1.0")
    for lock in LOCKS.values():
        for alias in lock.aliases:
            assert unique_jobs.lock_comment(alias, version) == unique_jobs.lock_comment(lock.name, version)
            assert unique_jobs.ttl_comment(alias, version) == unique_jobs.ttl_comment(lock.name, version)
            assert unique_jobs.default_ttl(alias) == unique_jobs.default_ttl(lock.name)


HELD = "kept through retries, released on success, on death, or after lock_ttl"
RELEASED = "released after every run, failed ones too: a duplicate can enter between retries"
NIL = "held while a run lasts; a run that returns nil or false counts as a conflict"
RUN = "taken when a run starts, released when it ends, failed or not"


@pytest.mark.parametrize(
    ("lock", "version", "words"),
    [
        ("until_executed", "7.1.0", HELD),
        ("until_executed", "7.1.29", HELD),
        ("until_executed", "7.1.30", RELEASED),
        ("until_executed", "7.1.33", RELEASED),
        ("until_executed", "8.0.0", HELD),
        ("until_executed", "8.0.2", HELD),
        ("until_executed", "8.0.3", RELEASED),
        ("until_executed", "8.0.13", RELEASED),
        ("until_executed", "8.1.0", HELD),
        ("until_executing", "7.1.21", "released when a run starts, not held while a failed job waits for its retry"),
        ("until_executing", "7.1.22", "released when a run starts; this version swallows errors: nothing is retried"),
        ("until_executing", "7.1.23", "released when a run starts, taken again when it fails, until the retry"),
        ("until_expired", "7.1.25", "released by lock_ttl, or by the reaper within minutes after the job is done"),
        ("until_expired", "7.1.26", "released by lock_ttl alone, or on death: never by a run"),
        ("while_executing", "7.1.29", RUN),
        ("while_executing", "7.1.30", NIL),
        ("while_executing", "7.1.31", RUN),
        ("while_executing", "8.0.2", RUN),
        ("while_executing", "8.0.3", NIL),
        ("while_executing", "8.0.4", NIL),
        ("while_executing", "8.0.5", RUN),
    ],
)
def test_when_a_lock_is_freed(lock: str, version: str, words: str) -> None:
    assert unique_jobs.lock_comment(lock, Version(version)) == words


LONGEST = "counted from the start of a run: must outlast the longest one"
OUTLASTED = "counted from the start of a run: a longer run counts as a conflict once done"


@pytest.mark.parametrize(
    ("version", "words"),
    [("7.1.29", OUTLASTED), ("7.1.33", LONGEST), ("8.0.2", OUTLASTED), ("8.0.3", LONGEST), ("8.1.0", LONGEST)],
)
def test_what_the_ttl_of_a_run_must_allow_for(version: str, words: str) -> None:
    assert unique_jobs.ttl_comment("while_executing", Version(version)) == words


def test_the_ttl_of_until_executed_is_renewed_only_where_the_lock_is_released() -> None:
    assert "never renewed" in unique_jobs.ttl_comment("until_executed", Version("8.1.0"))
    assert "each enqueue" in unique_jobs.ttl_comment("until_executed", Version("8.0.13"))


def test_default_ttls() -> None:
    assert {lock: unique_jobs.default_ttl(lock) for lock in LOCKS} == {
        "until_executed": 86_400,
        "until_executing": 86_400,
        "until_expired": 86_400,
        "until_and_while_executing": None,
        "while_executing": 3_600,
        "while_executing_reject": 3_600,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_before_8_1_a_ttl_loses_work_with_exactly_one_lock(version: str) -> None:
    hazards = {lock: unique_jobs.ttl_hazard(lock, Version(version)) for lock in LOCKS}
    expected = ["until_and_while_executing"] if Version(version) < Version("8.1.0") else []
    assert [lock for lock, hazard in hazards.items() if hazard] == expected


def test_from_8_1_an_expired_lock_only_gives_way_to_a_duplicate() -> None:
    assert unique_jobs.ttl_comment("until_and_while_executing", Version("8.0.13")).endswith("is dropped, not run")
    assert unique_jobs.ttl_comment("until_and_while_executing", Version("8.1.0")).endswith("gives way to a duplicate")


@pytest.mark.parametrize(
    ("lock", "gem", "sidekiq", "leaks"),
    [
        ("until_executed", "7.1.29", "6.5.12", True),
        ("until_executed", "7.1.33", "6.5.12", False),
        ("until_executed", "8.1.0", "8.0.6", True),
        ("until_executed", "8.1.0", "8.0.7", False),
        ("until_completed", "8.1.0", "7.3.10", True),
        ("until_executing", "7.1.21", "6.5.12", False),
        ("until_executing", "7.1.33", "6.5.12", True),
        ("until_and_while_executing", "7.1.33", "6.5.12", True),
        ("until_and_while_executing", "8.1.0", "8.1.7", False),
        ("until_expired", "8.1.0", "7.3.10", False),
        ("while_executing", "8.1.0", "7.3.10", False),
        ("while_executing_reject", "8.1.0", "7.3.10", False),
    ],
)
def test_what_a_discard_leaves_behind(lock: str, gem: str, sidekiq: str, leaks: bool) -> None:  # noqa: FBT001 - an expectation
    assert unique_jobs.leaks_on_discard(lock, Version(gem), Version(sidekiq)) is leaks


@pytest.mark.parametrize("version", ["7.1.22", "7.1.33", "8.0.13", "8.1.0"])
@pytest.mark.parametrize("lock", LOCKS)
def test_no_comment_speaks_of_retries_where_there_are_none(lock: str, version: str) -> None:
    for comment in (unique_jobs.lock_comment, unique_jobs.ttl_comment):
        words = comment(lock, Version(version), retries=False)

        assert not re.search("retr|last failure|next run", words)
        assert len(words) <= 80


@pytest.mark.parametrize("retry", ["0", "false"])
def test_a_job_without_retries_has_no_comment_about_them(tmp_path: Path, retry: str) -> None:
    root = Repo(unique_jobs="8.0.13").write(tmp_path)
    finished = sidekiq_gen(root, "job", "Foo", "order:record", "--unique", "until_executed", "--retry", retry)

    assert finished.status == 0
    job = (root / "app/jobs/foo_job.rb").read_text(encoding="utf-8")
    assert "lock: :until_executed, # released after every run, failed ones too\n" in job
