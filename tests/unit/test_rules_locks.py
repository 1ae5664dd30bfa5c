"""The rules on advisory locks and on the locks of gems: what they find, and what only looks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.rule import Example
from sidekiq_gen.check.rules import (
    advisory_answers,
    advisory_locks,
    throttled,
    unique_options,
    unique_setup,
    unique_ttl,
)
from sidekiq_gen.check.rules.unique_options import WIRED
from support.rules import findings

if TYPE_CHECKING:
    from pathlib import Path

DURATION, BEFORE_RETRIES = unique_ttl.RULES
RULES = [
    *advisory_locks.RULES,
    *advisory_answers.RULES,
    *unique_options.RULES,
    *unique_setup.RULES,
    DURATION,
    *throttled.RULES,
]
XACT, KEYS, HASH, SESSION = [rule.code for rule in advisory_locks.RULES]
TEXT, POLLED = [rule.code for rule in advisory_answers.RULES]
INITIALIZER = "config/initializers/sidekiq_unique_jobs.rb"
TAKE = 'Order.connection.execute("SELECT pg_advisory_xact_lock(1)")'


def codes(files: dict[str, str], root: Path, **locked: str) -> list[str]:
    return sorted(one.code for one in findings(Example(files, **locked), root, RULES))  # type: ignore[arg-type]


def job(body: str, below: str = "", above: str = "") -> str:
    return f"class ExampleJob\n  include Sidekiq::Job\n{above}\n  def perform(id)\n{body}\n  end\n{below}\nend\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (job(TAKE), [XACT]),
        (job("lock", f"def lock\n{TAKE}\nend"), [XACT]),
        (job("self.lock", f"def lock\nreally\nend\ndef really\n{TAKE}\nend"), [XACT]),
        (job("Order.connection.execute(LOCK)", above='LOCK = "SELECT pg_advisory_xact_lock(1)".freeze'), [XACT]),
        (job("Order.connection.execute(<<~SQL)\nSELECT pg_advisory_xact_lock(1)\nSQL"), [XACT]),
        (job(f"Order.transaction do\n{TAKE}\nend"), []),
        (job(f"order.with_lock {{ {TAKE} }}"), []),
        (job("Order.transaction { lock }", f"def lock\n{TAKE}\nend"), []),
        (job("safely { lock }", f"def lock\n{TAKE}\nend\ndef safely\nOrder.transaction {{ yield }}\nend"), []),
        (job("Order.transaction { lock }\nlock", f"def lock\n{TAKE}\nend"), [XACT]),
        (job("work", f"def unused\n{TAKE}\nend"), []),
        (job("# pg_advisory_xact_lock is for another time\nwork"), []),
        (job(f"lock\n{TAKE}", "def lock\nlock\nend"), [XACT]),
        (
            job(
                "Order.transaction { Order.connection.execute(LOCK) }",
                above='LOCK = "SELECT pg_advisory_xact_lock(1)".freeze',
            ),
            [],
        ),
        (job("Order.connection.execute('BEGIN; SELECT pg_advisory_xact_lock(1); COMMIT')"), []),
    ],
)
def test_a_lock_of_a_transaction_is_found_where_a_run_can_come_without_one(
    text: str, found: list[str], tmp_path: Path
) -> None:
    assert codes({"app/jobs/example_job.rb": text}, tmp_path) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('execute("SELECT pg_advisory_xact_lock(1, #{order.id})")', [KEYS]),
        ('execute("SELECT pg_try_advisory_xact_lock(#{account_id}, 2)")', [KEYS]),
        ('execute("SELECT pg_advisory_xact_lock(mod(7, 3), #{order.id})")', [KEYS]),
        ("execute(\"SELECT pg_advisory_xact_lock(1, hashtext('order-#{order.id}'))\")", []),
        ('execute("SELECT pg_advisory_xact_lock(1, #{order.id}::int)")', []),
        ('execute("SELECT pg_advisory_xact_lock(1, #{Zlib.crc32(order.id.to_s) & 1})")', []),
        ('execute("SELECT pg_advisory_xact_lock(#{order.id})")', []),
        ("execute(\"SELECT pg_advisory_xact_lock(hashtextextended('a,b', #{order.id}))\")", []),
        ('execute("SELECT pg_advisory_xact_lock(#{name.hash})")', [HASH]),
        ('key = name.hash\nexecute("SELECT pg_advisory_xact_lock(#{key})")', [HASH]),
        ("Order.with_advisory_lock(name.hash) { work }", [HASH]),
        ('seen = name.hash\nexecute("SELECT pg_advisory_xact_lock(1)")\nreport(seen)', []),
        ('execute("SELECT pg_advisory_xact_lock(#{options.hash(1)})")', []),
        ('return unless select_value("SELECT pg_try_advisory_xact_lock(1)") == "t"', [TEXT]),
        ('got = select_value("SELECT pg_try_advisory_xact_lock(1)")\nreturn if got != "t"', [TEXT]),
        ('select_value("SELECT pg_try_advisory_xact_lock(1)")\nreturn if kind == "t"', []),
        ('sql = "SELECT pg_try_advisory_xact_lock(1)"\nreturn if sql == "t"', []),
        ('execute("SELECT pg_advisory_lock(1)")\nwork', [SESSION]),
        ("execute(\"SELECT GET_LOCK('a', 0)\")\nwork", [SESSION]),
        ("begin\nexecute(\"SELECT GET_LOCK('a', 0)\")\nensure\nexecute(\"SELECT RELEASE_LOCK('a')\")\nend", []),
        ('execute("SELECT pg_advisory_lock(1)")\nwork\nensure\nlet_go\nend\ndef let_go\npg_advisory_unlock', []),
        ('execute("SELECT pg_advisory_unlock(1)")', []),
    ],
)
def test_keys_answers_and_locks_of_a_session(body: str, found: list[str], tmp_path: Path) -> None:
    assert codes({"app/models/order.rb": f"class Order\ndef lock\n{body}\nend\nend\n"}, tmp_path) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('work until select_value("SELECT pg_try_advisory_xact_lock(1)")', [POLLED]),
        ('loop do\nbreak if select_value("SELECT pg_try_advisory_xact_lock(1)")\nend', [POLLED]),
        ('while true\nuncached { select_value("SELECT pg_try_advisory_xact_lock(1)") }\nend', []),
        ('work until select_value("SELECT pg_try_advisory_xact_lock(#{rand(9)})")', []),
        ('work until execute("SELECT pg_try_advisory_xact_lock(1)")', []),
        ('return unless select_value("SELECT pg_try_advisory_xact_lock(1)")', []),
    ],
)
def test_a_lock_that_the_query_cache_answers_for(body: str, found: list[str], tmp_path: Path) -> None:
    assert codes({"app/jobs/example_job.rb": job(f"Order.transaction do\n{body}\nend")}, tmp_path) == found


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("lock_ttl: 3600, retry: 5", False),
        ("lock_ttl: 300, retry: 5", True),
        ("lock_ttl: 428, retry: 5", True),
        ("lock_ttl: 429, retry: 5", False),
        ("lock_ttl: 1.day", True),
        ("lock_ttl: 3.weeks.to_i, retry: true", False),
        ("lock_ttl: 300, retry: false", False),
        ("lock_ttl: 300, retry: COUNT", False),
        ("lock_ttl: TTL", False),
        ("lock_ttl: 1.day.from_now", False),
        ("lock_ttl: 300, retry_for: 3600", False),
    ],
)
def test_a_lock_that_ends_before_the_retries(options: str, found: bool, tmp_path: Path) -> None:  # noqa: FBT001
    files = {"app/jobs/example_job.rb": job("work", above=f"sidekiq_options lock: :until_executed, {options}")}

    told = findings(Example(files, unique_jobs="8.1.0"), tmp_path, [BEFORE_RETRIES])

    assert [one.code for one in told] == (["unique-ttl-before-retries"] if found else [])
    assert findings(Example(files, unique_jobs="8.0.10"), tmp_path, [BEFORE_RETRIES]) == []


def test_a_method_that_gives_the_key_of_a_lock_is_followed(tmp_path: Path) -> None:
    text = 'def key\nname.hash\nend\ndef lock\nexecute("SELECT pg_advisory_xact_lock(#{key})")\nend\n'

    assert codes({"app/models/order.rb": text}, tmp_path) == [HASH]


TTL = "lock_ttl: 60"


@pytest.mark.parametrize(
    ("options", "version", "found"),
    [
        ("lock: :until_executed, lock_ttl: 60", "8.1.0", []),
        ("lock: 'until_executed', lock_ttl: 60, on_conflict: :log", "8.1.0", []),
        ("lock: LOCK, on_conflict: STRATEGY", "8.1.0", []),
        (f"lock: :until_done, {TTL}", "8.1.0", ["unique-unknown-lock"]),
        (f"lock: :while_executing, {TTL}, on_conflict: :retry", "8.1.0", ["unique-unknown-lock"] * 2),
        (f"lock: :until_executed, {TTL}, on_conflict: :raise", "8.1.0", ["unique-conflict-strategy"]),
        (f"lock: :until_executed, {TTL}, on_conflict: :replace", "8.1.0", ["unique-conflict-form"]),
        (f"lock: :until_executing, {TTL}, on_conflict: :replace", "8.1.0", []),
        (f"lock: :while_enqueued, {TTL}, on_conflict: :replace", "8.1.0", ["unique-conflict-form"]),
        (f"lock: :while_executing, {TTL}, on_conflict: :raise", "8.1.0", []),
        (f"lock: :while_executing, {TTL}, on_conflict: :reject", "8.0.11", []),
        (f"lock: :while_executing, {TTL}, on_conflict: :reject", "8.0.10", ["unique-reject-frees"]),
        (f"lock: :until_executed, {TTL}, on_conflict: {{ client: :log, server: :reject }}", "8.0.10", []),
        (
            f"lock: :until_and_while_executing, {TTL}, on_conflict: {{ client: :log, server: :reject }}",
            "8.0.10",
            ["unique-reject-frees"],
        ),
        (f"lock: :while_executing_reject, {TTL}", "8.0.10", ["unique-reject-frees"]),
        (f"lock: :until_executed, {TTL}, unique_args: ->(args) {{ args }}", "8.1.0", ["unique-args-option"]),
        ("unique: :until_executed", "8.1.0", ["unique-old-option"]),
        ("unique: true", "8.1.0", []),
        ("lock: :until_executed, lock_ttl: 1.hour", "8.0.10", []),
        ("lock: :until_executed, lock_ttl: 1.hour", "8.0.11", ["unique-ttl-duration"]),
        ("lock: :until_executed, lock_ttl: 1.hour.to_i", "8.0.13", []),
        ("lock: :until_executed, lock_ttl: 1.hour", "8.1.0", []),
        ("lock: :until_executed", "8.1.0", ["unique-lock-without-ttl"]),
        ("lock: :until_executing", "8.1.0", []),
        ("lock: :until_expired", "8.1.0", ["unique-until-expired-without-ttl"]),
        (f"lock: :until_expired, {TTL}", "8.1.0", []),
        ("queue: :low", "8.1.0", []),
    ],
)
def test_options_of_sidekiq_unique_jobs(options: str, version: str, found: list[str], tmp_path: Path) -> None:
    files = {"app/jobs/example_job.rb": job("work", above=f"  sidekiq_options {options}"), INITIALIZER: WIRED}

    assert codes(files, tmp_path, unique_jobs=version) == found


def test_a_ttl_that_all_jobs_have_is_one(tmp_path: Path) -> None:
    base = "class BaseJob\n  include Sidekiq::Job\n  sidekiq_options lock_ttl: 60\nend\n"
    heir = "class ExampleJob < BaseJob\n  sidekiq_options lock: :until_executed\n\n  def perform(id)\n  end\nend\n"
    files = {"app/jobs/base_job.rb": base, "app/jobs/example_job.rb": heir, INITIALIZER: WIRED}
    assert codes(files, tmp_path, unique_jobs="8.1.0") == []

    files["app/jobs/base_job.rb"] = base.replace("  sidekiq_options lock_ttl: 60\n", "")
    assert codes(files, tmp_path, unique_jobs="8.1.0") == ["unique-lock-without-ttl"]

    files["config/initializers/unique.rb"] = "SidekiqUniqueJobs.configure { |config| config.lock_ttl = 3600 }\n"
    assert codes(files, tmp_path, unique_jobs="8.1.0") == []


def test_every_part_of_the_wiring_counts(tmp_path: Path) -> None:
    text = job("work", above="  sidekiq_options lock: :until_executed, lock_ttl: 60")
    wiring = WIRED.replace("  SidekiqUniqueJobs::Server.configure(config)\n", "")
    files = {"app/jobs/example_job.rb": text, INITIALIZER: wiring}

    found = findings(Example(files, unique_jobs="8.1.0"), tmp_path, RULES)

    assert [(one.code, one.line, one.message) for one in found] == [
        ("unique-not-wired", 3, "Missing under config: SidekiqUniqueJobs::Server.configure.")
    ]


@pytest.mark.parametrize(
    ("locked", "found"),
    [
        ({"sidekiq": "7.3.2", "unique_jobs": "7.1.28"}, ["unique-jobs-pair"]),
        ({"sidekiq": "6.5.12", "unique_jobs": "7.1.28"}, []),
        ({"sidekiq": "8.0.10", "unique_jobs": "8.0.10"}, ["unique-jobs-pair"]),
        ({"sidekiq": "7.3.2"}, ["unique-gem-missing"]),
    ],
)
def test_the_gem_has_to_be_there_and_to_fit(locked: dict[str, str], found: list[str], tmp_path: Path) -> None:
    text = job("work", above="  sidekiq_options lock: :until_executed, lock_ttl: 60")

    assert codes({"app/jobs/example_job.rb": text, INITIALIZER: WIRED}, tmp_path, **locked) == found


@pytest.mark.parametrize(
    ("base", "version", "found"),
    [
        ("  include Sidekiq::Throttled::Job\n", "1.5.2", []),
        ("  include ::Sidekiq::Throttled::Worker\n", "1.5.2", []),
        ("", "1.5.2", ["throttled-module-missing"]),
        ("  include Sidekiq::Throttled::Job\n", "1.0.1", ["throttled-not-set-up"]),
        ("  include Sidekiq::Throttled::Job\n", "2.1.0", ["throttled-pair"]),
    ],
)
def test_a_throttled_job(base: str, version: str, found: list[str], tmp_path: Path) -> None:
    files = {
        "app/jobs/base_job.rb": f"class BaseJob\n  include Sidekiq::Job\n{base}end\n",
        "app/jobs/example_job.rb": "class ExampleJob < BaseJob\n  sidekiq_throttle concurrency: { limit: 1 }\nend\n",
    }

    assert codes(files, tmp_path, throttled=version) == found


def test_a_module_that_a_base_class_of_a_gem_may_have_is_not_missed(tmp_path: Path) -> None:
    text = (
        "class ExampleJob < Gem::BaseJob\n  include Sidekiq::Job\n  sidekiq_throttle concurrency: { limit: 1 }\nend\n"
    )

    assert codes({"app/jobs/example_job.rb": text}, tmp_path, throttled="1.5.2") == []


@pytest.mark.parametrize(
    ("options", "version", "fixed"),
    [
        ("lock: :until_executed, on_conflict: :replace", "8.1.0", "{ client: :replace, server: :log }"),
        ("lock: :until_executed, on_conflict: :raise", "8.1.0", None),
        ("lock: :until_and_while_executing, on_conflict: :replace", "8.1.0", None),
        ("lock: :until_and_while_executing, on_conflict: :reject", "8.1.0", None),
        ("lock: :until_executed, unique_args: ->(args) { args }", "8.1.0", "lock_args_method"),
        ('lock: :until_executed, "unique_args" => ->(args) { args }', "8.1.0", None),
        ("lock: :until_executed, lock_ttl: 2.hours", "8.0.13", ".to_i"),
    ],
)
def test_what_is_certain_can_be_rewritten(options: str, version: str, fixed: str | None, tmp_path: Path) -> None:
    files = {"app/jobs/example_job.rb": job("work", above=f"  sidekiq_options {options}"), INITIALIZER: WIRED}
    found = findings(Example(files, unique_jobs=version), tmp_path, [*unique_options.RULES, DURATION])

    assert len(found) == 1
    assert [edit.text for edit in found[0].edits] == ([fixed] if fixed else [])


@pytest.mark.parametrize(
    ("condition", "rest"), [('{} == "t"', "unless {}"), ('{} != "t"', None), ('"t" == {}', None), ('{} == "f"', None)]
)
def test_a_comparison_with_t_can_be_left_out(condition: str, rest: str | None, tmp_path: Path) -> None:
    asked = 'select_value("SELECT pg_try_advisory_lock(1)")'
    text = f"def lock\n  return unless {condition.format(asked)}\nend\n"
    example = Example({"app/models/order.rb": text})

    (found,) = findings(example, tmp_path, [rule for rule in advisory_answers.RULES if rule.code == TEXT])

    after = text
    for edit in found.edits:
        after = after[: edit.start] + edit.text + after[edit.end :]
    assert after == (f"def lock\n  return {rest.format(asked)}\nend\n" if rest else text)
