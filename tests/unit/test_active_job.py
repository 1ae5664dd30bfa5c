"""ActiveJob classes that Sidekiq runs: which form a job has, what it says, and what it cannot say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.cases import ACTIVE_HOUSE
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

OWN = "class {}Job\n  include Sidekiq::Job\n\n  def perform(id)\n  end\nend\n"
HEIR = "class {}Job < ApplicationJob\n  def perform(id)\n  end\nend\n"
BASE = "class ApplicationJob < ActiveJob::Base\n{}end\n"
REFUSED = [
    "--retry-for 1h",
    "--backtrace 20",
    "--tags nightly",
    "--no-dead",
    "--discard-on IOError --discard-to dead",
    "--throttle 10/60",
    "--unique until_executed",
    "--kind claim --model Order --check-then-act charged_at",
    "--kind backfill --model Order",
]


def named(form: str, *names: str) -> dict[str, str]:
    return {f"app/jobs/{name.lower()}_job.rb": form.format(name) for name in names}


def house(own: int = 0, others: int = 0, *, base: str = "", adapter: str = "") -> dict[str, str]:
    """Files: so many jobs of Sidekiq's own and of ActiveJob, the base class of these, and the adapter."""
    files = named(OWN, *(f"Own{number}" for number in range(own)))
    files |= named(HEIR, *(f"Other{number}" for number in range(others)))
    files["app/jobs/application_job.rb"] = BASE.format(base)
    if adapter:
        files["config/application.rb"] = f"config.active_job.queue_adapter = :{adapter}\n"
    return files


def generated(root: Path, *words: str) -> tuple[str, str, dict[str, str]]:
    """The texts of a job and its spec, and the notices by code."""
    done = sidekiq_gen(root, "job", *words, "--no-input", "--force", "--json")
    assert done.status == 0, done.out + done.err
    told = json.loads(done.out)
    texts = [(root / file["path"]).read_text(encoding="utf-8") for file in told["files"]]
    return texts[0], texts[1], {one["code"]: one["message"] for one in told["notices"]}


def job(tmp_path: Path, files: dict[str, str], *words: str, rails: str = "7.2.2") -> str:
    """The text of a job class that is generated in a house."""
    root = Repo(comment=False, rails=rails, waits=False, files=files).write(tmp_path)
    return generated(root, *(words or ("SyncOrder", "order:record")))[0]


@pytest.mark.parametrize(
    ("files", "active"),
    [
        (house(others=1), True),
        (house(own=1, others=2), True),
        (house(own=1, others=1), False),
        (house(own=2, others=1), False),
        (house(), False),
        (house(others=2, adapter="sidekiq"), True),
        (house(others=2, adapter="good_job"), False),
        # an ApplicationJob of Sidekiq's own, and a class that performs nothing
        (named(HEIR, "A", "B") | {"app/jobs/application_job.rb": OWN.format("Application")}, False),
        ({"app/jobs/a_job.rb": HEIR.format("A").replace("perform", "call")}, False),
    ],
)
def test_a_job_is_what_most_jobs_are(tmp_path: Path, files: dict[str, str], *, active: bool) -> None:
    text = job(tmp_path, files)

    assert ("def perform(order)\n" in text) == active
    assert ("order_id" in text) != active


@pytest.mark.parametrize("form", ["sidekiq", "active-job"])
def test_a_flag_says_what_the_job_is(tmp_path: Path, form: str) -> None:
    for name, files in {"own": house(own=2), "others": house(others=2)}.items():
        (tmp_path / name).mkdir()
        text = job(tmp_path / name, files, "SyncOrder", "order:record", "--base", form)

        assert ("class SyncOrderJob < ApplicationJob\n" in text) == (form == "active-job")
        assert ("include Sidekiq::Job\n" in text) == (form == "sidekiq")


@pytest.mark.parametrize(
    ("files", "superclass"),
    [
        (house(others=1), "ApplicationJob"),
        (named(HEIR.replace("ApplicationJob", "ActiveJob::Base"), "A"), "ActiveJob::Base"),
        (named(HEIR.replace("ApplicationJob", "Spotlight::ApplicationJob"), "A"), "ActiveJob::Base"),
    ],
)
def test_it_inherits_what_the_repo_has(tmp_path: Path, files: dict[str, str], superclass: str) -> None:
    assert f"class SyncOrderJob < {superclass}\n" in job(tmp_path, files)


@pytest.mark.parametrize(
    ("base", "existing", "flags", "line"),
    [
        ("", HEIR, (), ""),
        ("", HEIR.replace("  def", "  queue_as :default\n\n  def"), (), "queue_as :default"),
        ("", HEIR.replace("  def", '  queue_as "low"\n\n  def'), ("--queue", "high"), 'queue_as "high"'),
        ("", HEIR, ("--queue", "low"), "queue_as :low"),
        ("", HEIR, ("--queue", "low-1"), 'queue_as "low-1"'),
        ("  queue_as :low\n", HEIR, (), ""),
        ("  queue_as :low\n", HEIR, ("--queue", "default"), "queue_as :default"),
    ],
)
def test_it_names_its_queue_where_the_house_does(
    tmp_path: Path, base: str, existing: str, flags: tuple[str, ...], line: str
) -> None:
    text = job(tmp_path, house(base=base) | named(existing, *"ABCDE"), "SyncOrder", "order:record", *flags)

    assert [one.strip() for one in text.splitlines() if "queue_as" in one] == ([line] if line else [])


@pytest.mark.parametrize(
    ("rails", "line"),
    [("7.1.5", ""), ("7.2.2", ":always"), ("8.0.2", "true"), ("8.1.0", "true")],
)
def test_it_waits_for_the_commit_where_rails_can(tmp_path: Path, rails: str, line: str) -> None:
    text = job(tmp_path, house(others=2), rails=rails)

    assert (f"  self.enqueue_after_transaction_commit = {line}\n" in text) == bool(line)
    assert ("enqueue_after" in text) == bool(line)


def test_what_the_base_says_is_not_said_again(tmp_path: Path) -> None:
    said = "  discard_on ActiveJob::DeserializationError\n  self.enqueue_after_transaction_commit = :always\n"
    files = house(others=2, base=said)
    quiet, counted = job(tmp_path, files), job(tmp_path, files, "SyncOrder", "order:record", "--retry", "3")

    assert "enqueue_after" not in quiet
    assert "DeserializationError" not in quiet
    assert "discard_on ActiveJob::DeserializationError" in counted  # which retry_on would take for itself


@pytest.mark.parametrize(("base", "told"), [("  retry_on IOError\n", True), ("  queue_as :low\n", False)])
def test_handlers_of_the_base_are_not_replaced_in_silence(tmp_path: Path, base: str, *, told: bool) -> None:
    root = Repo(files=house(others=2, base=base)).write(tmp_path)

    assert ("replaces-handlers" in generated(root, "SyncOrder", "order:record", "--retry", "3")[2]) == told
    assert "replaces-handlers" not in generated(root, "SyncOrder", "order:record")[2]


@pytest.mark.parametrize(
    ("rails", "head"),
    [
        ("6.0.6", "retry_on StandardError, wait: :exponentially_longer, attempts: 4\n"),
        ("6.1.7", "retry_on StandardError, wait: :exponentially_longer, attempts: 4, jitter: 0.15\n"),
        ("7.2.2", "retry_on StandardError, wait: :polynomially_longer, attempts: 4, jitter: 0.15\n"),
    ],
)
def test_one_layer_retries(tmp_path: Path, rails: str, head: str) -> None:
    words = ("SyncOrder", "order:record", "--retry")
    counted = job(tmp_path, house(others=2), *words, "3", rails=rails)

    assert head in counted
    assert "sidekiq_options retry: 0" in counted
    assert counted.index("retry_on") < counted.index("discard_on")  # of two handlers the later one goes first
    for typed in ("0", "false"):
        text = job(tmp_path, house(others=2), *words, typed)
        assert f"  sidekiq_options retry: {typed}\n" in text
        assert "retry_on" not in text
    assert "retr" not in job(tmp_path, house(others=2), "--kind", "plain", "Sweep")


def test_the_end_of_its_attempts_is_reported(tmp_path: Path) -> None:
    root = Repo(comment=False, files=house(others=2), gems={"sentry-ruby": "5.22.0"}).write(tmp_path)
    flags = ("--on-exhausted", "--mark-failed", "state=failed", "--discard-on", "PaymentGateway::CardDeclined")
    text, spec, _ = generated(root, "SyncOrder", "amount:integer", "order:record", *flags)

    block = text[text.index("retry_on StandardError") : text.index("discard_on ActiveJob")]
    assert "attempts: 6" in block
    assert "Sentry.capture_exception(error, extra: { job_id: job.job_id" in block
    assert 'job.arguments[1]&.update_column(:state, "failed")' in block
    assert "    raise error\n  end\n" in block
    assert text.count("update_column(:state") == 2  # also where a permanent error drops the job
    assert "sidekiq_retries_exhausted" not in text + spec


def test_arguments_travel_as_they_are(tmp_path: Path) -> None:
    words = ("SyncOrder", "order:record", "due_on:date", "at:time", "amount:decimal", "--idempotency-key")
    text, spec, _ = generated(Repo(files=house(others=2)).write(tmp_path), *words)
    old = job(tmp_path, house(others=2), *words, rails="7.1.5")

    assert "def perform(order, due_on, at, amount)\n" in text
    assert "iso8601" not in text + old
    assert "BigDecimal(" not in text
    assert "BigDecimal(amount)" in old  # which arrives as text before Rails 7.2
    assert 'perform(order, Date.new(2026, 1, 31), Time.utc(2026, 1, 31, 12), BigDecimal("19.99"))' in spec


def test_the_id_of_a_job_is_that_of_active_job(tmp_path: Path) -> None:
    text, spec, _ = generated(
        Repo(files=house(others=2)).write(tmp_path), "Sweep", "--kind", "plain", "--idempotency-key"
    )

    assert '"sweep-#{job_id}"' in text
    assert '"sweep-#{job.job_id}"' in spec
    assert "jid" not in text + spec


def test_the_work_redefines_no_method_of_active_job(tmp_path: Path) -> None:
    text = job(tmp_path, house(others=2), "Enqueue", "--kind", "plain")

    assert "  def work\n" in text
    assert "def enqueue" not in text


def test_a_run_that_finds_the_lock_taken_is_tried_again_by_active_job(tmp_path: Path) -> None:
    flags = ("--advisory-lock", "--on-locked", "retry", "--idempotency-key")
    text = job(tmp_path, house(others=2), "Sweep", "--kind", "plain", *flags)

    assert "  retry_on Locked, attempts: 11, wait: ->(times) {" in text
    assert "  def perform\n" in text  # without a counter among the arguments, and the id stays: the key as well
    assert "perform_in" not in text
    assert "MAX_RESCHEDULES" not in text


@pytest.mark.parametrize(
    ("error", "handler"),
    [
        (
            "PaymentGateway::RateLimited",
            "rescue_from PaymentGateway::RateLimited do |error|\n    raise error",
        ),
        ("Timeout::Error=30", "retry_on Timeout::Error, wait: ->(_times) { rand(30..41) }, attempts: 4\n"),
    ],
)
def test_an_error_with_a_delay_of_its_own_is_left_to_active_job(tmp_path: Path, error: str, handler: str) -> None:
    flags = ("--retry-after", error, "--retry-after-limit", "3", "--retry", "5")
    text = job(tmp_path, house(others=2), "SyncOrder", "order:record", *flags)

    assert handler in text
    assert text.index("retry_on StandardError") < text.index(handler)  # of two handlers the later one goes first
    assert "reschedules" not in text
    assert "perform_in" not in text


@pytest.mark.parametrize(
    ("rails", "push"),
    [
        ("7.0.8", "slice.each { |order| SyncOrderJob.perform_later(order, since) }"),
        ("7.2.2", "ActiveJob.perform_all_later(slice.map { |order| SyncOrderJob.new(order, since) })"),
    ],
)
def test_a_fan_out_pushes_jobs_with_their_records(tmp_path: Path, rails: str, push: str) -> None:
    words = ("SyncOrders", "since:date", "--kind", "fan-out", "--model", "Order", "--row-lock")
    root = Repo(comment=False, rails=rails, waits=False, files=house(others=2)).write(tmp_path)
    text, _, notices = generated(root, *words)
    child = (root / "app/jobs/sync_order_job.rb").read_text(encoding="utf-8")

    assert f"    {push}\n" in text
    assert "def perform(order, since)\n    order.with_lock do" in child
    assert "fan-out-starts-over" in notices


@pytest.mark.parametrize("flags", REFUSED)
def test_what_it_cannot_say_is_refused_with_the_way_out(tmp_path: Path, flags: str) -> None:
    root = Repo(files=house(others=2), unique_jobs="8.0.10", gems={"sidekiq-throttled": "1.5.2"}).write(tmp_path)
    words = ("job", "SyncOrders", *flags.split(), "--no-input", "--json")
    if "--model" not in flags:
        words += ("order:record",)

    done = sidekiq_gen(root, *words)
    error = json.loads(done.out)["error"]

    assert (done.status, error["code"]) == (1, "needs-sidekiq-job")
    assert "--base sidekiq" in error["hint"]
    assert sidekiq_gen(root, *words, "--base", "sidekiq", "--pretend").status == 0


def test_info_says_what_a_job_is_and_why(tmp_path: Path) -> None:
    root = Repo(files=house(own=1, others=4)).write(tmp_path)

    told = json.loads(sidekiq_gen(root, "info", "--json").out)["conventions"]

    assert told["form"] == "active-job"
    assert "ActiveJob classes (4 of 5 existing jobs)" in sidekiq_gen(root, "info").out


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_its_spec_hands_over_the_record(tmp_path: Path, framework: str) -> None:
    root = Repo(files=ACTIVE_HOUSE, rspec=framework == "rspec", records="factory").write(tmp_path)
    _, spec, _ = generated(root, "SyncOrder", "order:record", "--row-lock")

    assert (".perform(@order)" if framework == "minitest" else ".perform(order)") in spec
    assert "order.id" not in spec
    assert "find_by" not in spec
    assert ("< ActiveJob::TestCase" in spec) == (framework == "minitest")


UNIQUE_GEM = {"activejob-uniqueness": "0.4.0"}
QUIET_SPECS = {"spec/rails_helper.rb": "ActiveJob::Uniqueness.test_mode!\n"}


def unique_repo(tmp_path: Path, base: str = "", sidekiq: str = "7.3.10", rails: str = "7.2.2", **files: str) -> Path:
    """A house of ActiveJob classes with activejob-uniqueness."""
    there = house(others=2, base=base) | QUIET_SPECS | files
    return Repo(sidekiq, comment=False, rails=rails, waits=False, gems=UNIQUE_GEM, files=there).write(tmp_path)


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ("until_executed", "unique :until_executed, lock_ttl: 1.day, on_conflict: :log"),
        ("until_completed", "unique :until_executed, lock_ttl: 1.day, on_conflict: :log"),
        ("until_executing --unique-ttl 90", "unique :until_executing, lock_ttl: 90, on_conflict: :log"),
        ("until_expired --unique-ttl 2h", "unique :until_expired, lock_ttl: 2.hours, on_conflict: :log"),
        ("until_executed --on-conflict raise", "unique :until_executed, lock_ttl: 1.day, on_conflict: :raise"),
        ("while_executing", "unique :while_executing, lock_ttl: 1.hour, on_conflict: :log"),
        (
            "until_and_while_executing",
            "unique :until_and_while_executing, lock_ttl: 1.day, runtime_lock_ttl: 1.hour, on_conflict: :log",
        ),
        (
            "until_and_while_executing --unique-ttl 1h --on-conflict raise",
            "unique :until_and_while_executing, lock_ttl: 1.hour, on_conflict: :log, on_runtime_conflict: :raise",
        ),
    ],
)
def test_duplicates_are_refused_with_the_gem_of_active_job(tmp_path: Path, flags: str, line: str) -> None:
    words = ("SyncOrder", "order:record", "--unique", *flags.split())
    text, spec, _ = generated(unique_repo(tmp_path), *words)

    assert [one.strip().partition(" # ")[0] for one in text.splitlines() if " unique " in one] == [line]
    assert text.index("unique :") < text.index("def perform")
    assert "lock:" not in text
    assert "unique" not in spec


@pytest.mark.parametrize(
    ("flags", "code", "hint"),
    [
        ("while_executing_reject", "no-such-lock", "--unique while_executing --on-conflict raise"),
        ("until_executed --on-conflict replace", "no-such-strategy", "--on-conflict log"),
        ("while_executing --on-conflict reschedule", "no-such-strategy", "--on-conflict raise"),
        ("until_executed --retry 3", "contradictory-patterns", "--unique until_executing"),
        ("until_expired --on-exhausted", "contradictory-patterns", "--unique until_executing"),
        ("until_executed --retry-after IOError=30", "contradictory-patterns", "--unique until_executing"),
        ("until_executed --advisory-lock --on-locked retry", "contradictory-patterns", "--unique until_executing"),
    ],
)
def test_what_that_gem_cannot_do_is_refused(tmp_path: Path, flags: str, code: str, hint: str) -> None:
    words = ("SyncOrder", "order:record", "--unique", *flags.split(), "--pretend", "--no-input", "--json")
    done = sidekiq_gen(unique_repo(tmp_path), "job", *words)
    error = json.loads(done.out)["error"]

    assert (done.status, error["code"]) == (1, code)
    assert hint in error["hint"]


@pytest.mark.parametrize(
    "flags",
    [
        "until_executing --retry 3",
        "until_executed --retry 0",
        "while_executing --on-exhausted",
        "until_executed --advisory-lock --on-locked skip",
    ],
)
def test_a_lock_that_is_free_by_then_may_be_retried(tmp_path: Path, flags: str) -> None:
    assert " unique :" in generated(unique_repo(tmp_path), "SyncOrder", "order:record", "--unique", *flags.split())[0]


PATCHED = {"Gemfile": 'gem "activejob-uniqueness", require: "active_job/uniqueness/sidekiq_patch"\n'}


@pytest.mark.parametrize(
    ("sidekiq", "files", "told"),
    [("7.3.10", {}, True), ("7.3.10", PATCHED, False), ("8.0.0", PATCHED, True)],
)
def test_a_lock_outlives_death_unless_the_patch_knows_the_job(
    tmp_path: Path, sidekiq: str, files: dict[str, str], *, told: bool
) -> None:
    root = unique_repo(tmp_path, sidekiq=sidekiq, **files)

    for lock in ("until_executed", "until_executing"):
        notices = generated(root, "SyncOrder", "order:record", "--unique", lock)[2]
        assert ("lock-outlives-death" in notices) == (told and lock == "until_executed")


LIMITS = {
    *("duplicate-is-not-enqueued", "duplicate-is-not-run", "duplicate-raises", "lock-outlives-rollback"),
    *("postponed-is-another-job", "retry-is-refused", "retry-meets-duplicate", "unique-lock-kept"),
}
DROPPED = {"duplicate-is-not-enqueued", "lock-outlives-rollback"}


@pytest.mark.parametrize(
    ("flags", "codes"),
    [
        ("until_executed", DROPPED | {"retry-is-refused"}),
        ("until_executed --on-conflict raise", {"duplicate-raises", "lock-outlives-rollback", "retry-is-refused"}),
        ("until_executed --discard-on IOError", DROPPED | {"retry-is-refused", "unique-lock-kept"}),
        ("until_executing --retry 3", DROPPED | {"retry-meets-duplicate"}),
        ("until_executing --retry-after IOError=30", DROPPED | {"retry-meets-duplicate"}),
        ("until_executing --discard-on IOError", DROPPED),
        ("while_executing", {"duplicate-is-not-run"}),
        ("while_executing --on-conflict raise --retry 3", set()),
        ("until_and_while_executing", DROPPED | {"duplicate-is-not-run"}),
    ],
)
def test_the_limits_of_such_a_lock_are_told(tmp_path: Path, flags: str, codes: set[str]) -> None:
    root = unique_repo(tmp_path, "  retry_on ActiveRecord::Deadlocked\n", **PATCHED)
    notices = generated(root, "SyncOrder", "order:record", "--unique", *flags.split())[2]

    assert LIMITS & notices.keys() == codes


def test_specs_that_would_lock_are_told(tmp_path: Path) -> None:
    root = unique_repo(tmp_path)
    words = ("SyncOrder", "order:record", "--unique", "until_executed")
    assert "unique-in-specs" not in generated(root, *words)[2]

    (root / "spec/rails_helper.rb").write_text("# ActiveJob::Uniqueness.test_mode!\n", encoding="utf-8")
    assert "unique-in-specs" in generated(root, *words)[2]


@pytest.mark.parametrize(("lock", "at_once"), [("until_executed", False), ("while_executing", True), ("", True)])
def test_a_fan_out_pushes_so_that_its_jobs_are_locked(tmp_path: Path, lock: str, *, at_once: bool) -> None:
    flags = ("--unique", lock) if lock else ()
    text = generated(unique_repo(tmp_path), "SyncOrders", "--kind", "fan-out", "--model", "Order", *flags)[0]

    assert ("perform_all_later" in text) == at_once
    assert (".perform_later(order)" in text) != at_once
