"""What is rendered in tests: every pattern alone, a covering set of pairs, both sides of the gates, every style.

Snapshots, Ruby, RuboCop and the live tests all run over these cases.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from time import gmtime
from typing import TYPE_CHECKING

from sidekiq_gen.job.pipeline import generate_job
from sidekiq_gen.record.book import FILE
from sidekiq_gen.sidekiq.versions import Version
from support.command import sidekiq_gen
from support.repos import SCHEMA, Repo
from support.requests import answers, project_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The releases that Debian's suites have, one for each tree, each with another error tracker.
RELEASES = {
    "6.5": Repo(
        sidekiq="6.5.12",
        rails="6.1.7.10",
        unique_jobs="7.1.33",
        gems={"sidekiq-throttled": "1.4.0", "honeybadger": "5.15.6"},
    ),
    "7": Repo(
        sidekiq="7.3.2",
        rails="7.2.2",
        unique_jobs="8.0.10",
        gems={"sidekiq-throttled": "1.5.2", "sentry-ruby": "5.22.1"},
    ),
    "8": Repo(sidekiq="8.1.7", rails="7.2.2", unique_jobs="8.1.0", gems={"sidekiq-throttled": "2.1.0"}),
}

# The values of each pattern on its own; the first is always its absence.
LOCKS = {
    "none": "",
    "advisory": "--advisory-lock",
    "advisory-retry": "--advisory-lock --on-locked retry",
    "session": "--advisory-lock --lock-scope session",
    "session-retry": "--advisory-lock --lock-scope session --on-locked retry",
    "row": "--row-lock",
}
CHECKS = {
    "none": "",
    "check": "--check-then-act charged_at",
    "check-boolean": "--check-then-act processed",
    "check-state": "--check-then-act state=pending:paid",
    "check-saved": "--check-then-act charged_at --save-result charge_id",
}
KEYS = {"none": "", "key": "--idempotency-key"}
DISCARDS = {
    "none": "",
    "dead": "--discard-on PaymentGateway::CardDeclined",
    "nowhere": "--discard-on PaymentGateway::CardDeclined --discard-to nowhere",
    "several": "--discard-on PaymentGateway::CardDeclined --discard-on ActiveRecord::RecordInvalid",
    "no-retry": "--discard-on PaymentGateway::CardDeclined --discard-to nowhere --retry 0",
}
EXHAUSTIONS = {
    "none": "",
    "exhausted": "--on-exhausted",
    "exhausted-mark": "--on-exhausted --mark-failed failed_at",
}
POSTPONEMENTS = {
    "none": "",
    "retry-after": "--retry-after PaymentGateway::RateLimited",
    "retry-after-several": "--retry-after PaymentGateway::RateLimited --retry-after SearchIndex::Busy "
    "--retry-after-limit 3",
    "retry-after-fixed": "--retry-after Timeout::Error=30",
    "retry-after-number": "--retry-after SearchIndex::Late=wait",
    "retry-after-asked": "--retry-after Timeout::Error=90 --retry-after KeyError=error.receiver.fetch(:wait) "
    "--retry-after IOError=error.message[/[0-9]+/]",
}
MISSING = {
    "none": "",
    "missing-retry": "--on-missing retry",
    "missing-discard": "--on-missing discard",
    "missing-nowhere": "--on-missing discard --discard-to nowhere",
}
TRACKERS = {
    "sentry-ruby": "5.22.1",
    "sentry-raven": "3.1.2",
    "honeybadger": "5.15.6",
    "bugsnag": "6.27.1",
    "rollbar": "3.6.0",
    "appsignal": "4.3.2",
    "airbrake": "13.0.5",
}
# What does the work: a method of a module, of an instance that is made for the run, of the record.
WORKERS = {
    "none": "",
    "calls": "--calls PaymentGateway.charge",
    "calls-instance": "--calls SettleOrder#call",
    "calls-record": "--calls Order#settle!",
}
THROTTLES = {"none": "", "throttle": "--throttle 10/60"}
OPTIONS = {
    "none": "",
    "backtrace": "--backtrace 20 --tags billing --tags nightly",
    "no-dead": "--no-dead --tags team:payments",
}
CONTEXTS = {"none": "", "log": "--log-context"}
UNIQUES = {
    "none": "",
    "until-executed": "--unique until_executed --unique-ttl 3600 --on-conflict log",
    "replace": "--unique until_executed --on-conflict replace",
    "while-executing": "--unique while_executing --on-conflict reschedule",
    "until-and-while": "--unique until_and_while_executing",
}
ARGUMENTS = {
    "record": "order:record",
    "record-more": "order:record amount:decimal due_on:date",
    "two-records": "order:record restaurant:record",
    "record-second": "amount:integer order:record",
    "plain": "--kind plain",
    "plain-arguments": "account_id:integer at:time tags:array --kind plain",
    "plain-scalars": "account_id:integer name:string --kind plain",
}
# What looks for the record among the arguments, where it is not the first of them.
PLACED = {
    "second-exhausted": "amount:integer order:record --on-exhausted --mark-failed failed_at",
    "second-exhausted-key": "amount:integer order:record due_on:date --on-exhausted --mark-failed failed_at "
    "--discard-on PaymentGateway::CardDeclined --idempotency-key",
    "second-locked": "amount:integer order:record --advisory-lock --check-then-act charged_at --log-context",
    "second-postponed": "tags:array order:record --retry-after PaymentGateway::RateLimited --row-lock",
    "second-record": "restaurant:record order:record --model Order --on-exhausted --mark-failed failed_at --row-lock "
    "--check-then-act charged_at",
}
# What locks and keys are named after: all arguments, whatever they are.
NAMED = {
    "list-key": "order:record tags:array --check-then-act charged_at --idempotency-key",
    "named-strings": "from:string to:string --kind plain --advisory-lock --idempotency-key",
    "named-list": "tags:array --kind plain --advisory-lock --lock-scope session --on-locked retry --idempotency-key",
    "named-hash": "order:record extras:hash --advisory-lock --on-locked retry --idempotency-key",
    "named-integer": "account_id:integer --kind plain --advisory-lock --idempotency-key",
    "named-float": "rate:float at:time --kind plain --advisory-lock --lock-scope session --idempotency-key",
    "named-records": "order:record restaurant:record --advisory-lock --idempotency-key",
    "postponed-twice": "order:record --advisory-lock --on-locked retry --retry 0 --on-exhausted "
    "--retry-after PaymentGateway::RateLimited --retry-after-limit 3",
}
# What does the work, among several safeguards, and what becomes of its result.
CALLED = {
    "calls-key": "order:record --calls PaymentGateway.charge --idempotency-key --check-then-act charged_at "
    "--advisory-lock --discard-on PaymentGateway::CardDeclined",
    "calls-saved": "order:record --calls PaymentGateway.charge --check-then-act charged_at --row-lock --log-context "
    "--save-result charge_id=id",
    "calls-saved-key": "order:record --calls SettleOrder#call --check-then-act state=pending:paid --idempotency-key "
    "--save-result charge_id=[:id]",
    "calls-list-key": "order:record tags:array --calls SettleOrder#call --idempotency-key --advisory-lock",
    "calls-fresh": "order:record --calls PaymentGateway.charge --advisory-lock --on-locked retry --on-missing retry",
    "calls-marked": "order:record --calls Order#settle! --check-then-act processed --row-lock --on-missing retry "
    "--retry-after PaymentGateway::RateLimited",
    "calls-plain": "account_id:integer --kind plain --calls RebuildIndex.call",
    "saved": "order:record --check-then-act state=pending:paid --save-result charge_id",
}
# What can be laid over a job, by the name of its factor in the covering pairs; a new pattern is one more entry.
PATTERN_FACTORS = {
    "lock": LOCKS,
    "check": CHECKS,
    "key": KEYS,
    "discard": DISCARDS,
    "unique": UNIQUES,
    "exhaustion": EXHAUSTIONS,
    "postponement": POSTPONEMENTS,
    "throttle": THROTTLES,
    "context": CONTEXTS,
    "missing": MISSING,
    "work": WORKERS,
    "options": OPTIONS,
}
FACTORS: dict[str, tuple[str, ...]] = {
    "tree": tuple(RELEASES),
    "framework": ("rspec", "minitest"),
    "records": ("factory", "fixture", "double"),
    "quotes": ("double", "single"),
    "comment": ("comment", "no-comment"),
    "job": ("ChargeCustomer", "Billing::ChargeCustomer"),
    "shape": tuple(ARGUMENTS),
    **{name: tuple(values) for name, values in PATTERN_FACTORS.items()},
}
ABSENT = {name: next(iter(values)) for name, values in PATTERN_FACTORS.items()}
PAIRS = Path(__file__).with_name("pairs.json")
# The kinds that work through rows, each with what can be laid over it.
ROWS = {
    "claim": "--kind claim",
    "claim-state": "--kind claim --check-then-act state=pending:paid",
    "claim-all": "since:date --kind claim --check-then-act processed --idempotency-key --max-rows 20000",
    "claim-class": "--kind claim --unique until_executing",
    "claim-counted": "--kind claim --attempts attempts",
    "claim-rests": "since:date --kind claim --attempts attempts --next-attempt next_attempt_at --on-exhausted "
    "--mark-failed failed_at --idempotency-key",
    "claim-calls": "--kind claim --calls PaymentGateway.charge --idempotency-key",
    "claim-saved": "--kind claim --calls SettleOrder#call --save-result charge_id=id",
    "backfill": "--kind backfill --batch-size 20000",
    "backfill-column": "--kind backfill --check-then-act charged_at",
    "backfill-state": "--kind backfill --check-then-act state=pending:paid",
    "backfill-arguments": "since:date limit:integer --kind backfill --check-then-act processed",
    "backfill-unique": "--kind backfill --unique until_executing",
    "backfill-discard": "--kind backfill --discard-on PaymentGateway::CardDeclined",
    "backfill-calls": "--kind backfill --calls ImportOrders.call",
    "backfill-calls-each": "--kind backfill --check-then-act charged_at --calls SettleOrder#call",
    "fan-out": "--kind fan-out",
    "fan-out-child": "--kind fan-out --child SettleOrder --row-lock --check-then-act charged_at",
    "fan-out-missing": "--kind fan-out --child FindOrder --on-missing discard --on-exhausted --mark-failed failed_at",
    "fan-out-calls": "--kind fan-out --child SettleOneOrder --calls Order#settle! --idempotency-key",
    "fan-out-arguments": "since:date text --kind fan-out --batch-size 20000 --idempotency-key",
}


@dataclass(frozen=True)
class Case:
    """One command line for one repo.

    name: unique among the cases, fit for a file name.
    """

    name: str
    repo: Repo
    arguments: str
    job: str = "ChargeCustomer"

    @property
    def line(self) -> str:
        """What is typed."""
        return f"job {self.job} {' '.join(self.arguments.split())}"

    def run(self, folder: Path) -> dict[str, str]:
        """Run the command in a fresh repo; returns the new files by path."""
        root = self.repo.write(folder)
        before = {path for path in root.rglob("*") if path.is_file()}
        done = sidekiq_gen(root, *self.line.split(), "--no-input")
        assert done.status == 0, f"{self.name}: {done.err}"
        before.add(root / FILE)
        new = sorted(path for path in root.rglob("*") if path.is_file() and path not in before)
        return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in new}

    def render(self, folder: Path) -> dict[str, str]:
        """What `run` returns, in a fraction of the time: planned and not written, so that a repo serves many cases.

        A repo that no case has had so far is laid out in the folder, which has to stay.
        """
        typed = answers(shlex.join(self.line.split()[1:]))
        plan = generate_job(typed, project_of(self.repo, folder), gmtime()).plan
        return {file.path: file.text for file in sorted(plan.files, key=lambda file: PurePosixPath(file.path))}


def alone() -> Iterator[Case]:
    """Every pattern alone, on every tree, with RSpec and factories and with Minitest and fixtures."""
    for tree, repo in RELEASES.items():
        for framework in ("rspec", "minitest"):
            place = _framework(repo, framework, "factory" if framework == "rspec" else "fixture")
            for shape, arguments in ARGUMENTS.items():
                yield Case(f"{tree}-{framework}-{shape}", place, arguments)
            for values in PATTERN_FACTORS.values():
                for name, flags in list(values.items())[1:]:
                    yield Case(f"{tree}-{framework}-{name}", place, f"order:record {flags}")
            for name, arguments in (PLACED | NAMED | CALLED).items():
                yield Case(f"{tree}-{framework}-{name}", place, arguments)
            yield Case(f"{tree}-{framework}-plain-advisory", place, f"{ARGUMENTS['plain']} {LOCKS['advisory']}")
            yield Case(f"{tree}-{framework}-plain-log", place, f"{ARGUMENTS['plain-arguments']} {CONTEXTS['log']}")
            yield Case(f"{tree}-{framework}-plain-key", place, f"{ARGUMENTS['plain']} {KEYS['key']}")
            yield Case(
                f"{tree}-{framework}-mysql", replace(place, adapter="mysql2"), f"order:record {LOCKS['session']}"
            )


def rows() -> Iterator[Case]:
    """The kinds that work through rows, on every tree: big ids and UUIDs, all databases, both sides of their gates."""
    for tree, repo in RELEASES.items():
        for framework in ("rspec", "minitest"):
            place = _framework(repo, framework, "factory" if framework == "rspec" else "fixture")
            for name, arguments in ROWS.items():
                yield Case(f"{tree}-{framework}-{name}", place, f"--model Order {arguments}", "ChargeOrders")
            for name in ("claim", "backfill-column", "backfill", "fan-out"):
                uuids = ROWS[name].replace("charged_at", "indexed_at")
                yield Case(f"{tree}-{framework}-{name}-uuid", place, f"--model Restaurant {uuids}", "Billing::Reindex")
                bare = replace(place, records="double")
                yield Case(f"{tree}-{framework}-{name}-bare", bare, f"--model Order {ROWS[name]}", "ChargeOrders")
            pro = replace(place, gems={"sidekiq-pro": repo.sidekiq})
            yield Case(f"{tree}-{framework}-fan-out-batch", pro, "text --model Order --kind fan-out --batch", "Charge")
            lite = replace(place, adapter="sqlite3")
            arguments = f"--model Order {ROWS['backfill-column']}"
            yield Case(f"{tree}-{framework}-backfill-sqlite", lite, arguments, "ChargeOrders")
    for version, name in (
        ("6.2.2", "fan-out"), ("6.3.0", "fan-out"), ("7.3.1", "backfill"), ("7.3.2", "backfill"),
        ("7.3.1", "backfill-column"), ("7.3.2", "backfill-column"), ("7.3.3", "backfill"),
        ("7.3.2", "backfill-arguments"), ("7.3.3", "backfill-arguments"), ("7.3.1", "fan-out"), ("7.3.2", "fan-out"),
    ):  # fmt: skip
        repo = Repo(sidekiq=version)
        yield Case(f"gate-{version}-{name}", repo, f"--model Order {ROWS[name]}", "ChargeOrders")
        minitest = _framework(repo, "minitest", "fixture")
        yield Case(f"gate-{version}-{name}-minitest", minitest, f"--model Order {ROWS[name]}", "ChargeOrders")


def migrations() -> Iterator[Case]:
    """What a table lacks, on both databases that claims run on; the version follows a migration that is there."""
    there = {"db/migrate/29991231235959_create_orders.rb": "class CreateOrders < ActiveRecord::Migration[6.1]\nend\n"}
    for adapter in ("pg", "mysql2"):
        for framework in ("rspec", "minitest"):
            repo = _framework(replace(RELEASES["7"], adapter=adapter, files=there), framework, "double")
            for name, flags in {
                "claim": ROWS["claim"],
                "boolean": "--kind claim --check-then-act notified --attempts attempts --next-attempt next_attempt_at",
                "record": "--check-then-act done_on --on-exhausted --mark-failed failed_at",
            }.items():
                arguments = f"--model Order {flags} --migration"
                yield Case(f"migration-{adapter}-{framework}-{name}", repo, arguments, "SettleOrders")


def pairs() -> Iterator[Case]:
    """A covering set: any two values of any two patterns, styles, shapes and trees meet in some case.

    The rows are frozen in pairs.json, so that a new pattern or value adds cases and changes none: `make pairs`.
    """
    for name, row in rows_of_pairs().items():
        value = {**ABSENT, **row}
        repo = replace(
            _framework(RELEASES[value["tree"]], value["framework"], value["records"]),
            quotes=value["quotes"],
            comment=value["comment"] == "comment",
        )
        flags = (factor[value[key]] for key, factor in PATTERN_FACTORS.items())
        yield Case(name, repo, " ".join([ARGUMENTS[value["shape"]], *flags]), value["job"])


def rows_of_pairs() -> dict[str, dict[str, str]]:
    """The frozen rows by name: factor -> value, without the patterns that are absent."""
    found: dict[str, dict[str, str]] = json.loads(PAIRS.read_text(encoding="utf-8"))
    return found


def allowed(value: Mapping[str, str]) -> bool:
    """Whether values that meet in a row, or the first of them, can become a case."""
    plain = value.get("shape", "").startswith("plain")
    if plain and (value.get("lock") == "row" or value.get("check", "none") != "none"):
        return False
    # --discard-to would be given twice, or --retry 0 leaves nothing to retry
    unfit = plain or value.get("discard", "none") not in {"none", "dead", "several"}
    if value.get("missing", "none") != "none" and unfit:
        return False
    if plain and (value.get("exhaustion") == "exhausted-mark" or _log_of_nothing(value)):
        return False
    if plain and value.get("work", "none") != "none":
        return False  # they are about an order
    postponed = value.get("postponement", "none") != "none" or value.get("lock", "").endswith("-retry")
    if value.get("key") == "key" and value.get("shape") == "plain" and postponed:
        return False  # the key is made of the job's id, and a postponed job has another
    return not (value.get("records") == "fixture" and value.get("framework") == "rspec")


def _log_of_nothing(value: Mapping[str, str]) -> bool:
    return value.get("shape") == "plain" and value.get("context") == "log"


def triples() -> Iterator[Case]:
    """Lock, check-then-act and idempotency key, which interact, in all their combinations."""
    for tree, repo in RELEASES.items():
        for records in ("factory", "double"):
            for lock, flags in list(LOCKS.items())[1:]:
                yield Case(
                    f"triple-{tree}-{records}-{lock}",
                    replace(repo, records=records),
                    f"order:record {flags} {CHECKS['check']} {KEYS['key']}",
                )


def gates() -> Iterator[Case]:
    """Both sides of each gate that what is rendered so far depends on."""
    both = f"order:record {DISCARDS['several']}"
    for version in ("6.0.7", "6.4.1", "6.5.1", "6.5.2"):
        repo = Repo(sidekiq=version, rails="6.1.7.10")
        yield Case(f"gate-{version}-dead", repo, both)
        yield Case(f"gate-{version}-dead-minitest", _framework(repo, "minitest", "fixture"), both)
        yield Case(f"gate-{version}-nowhere", repo, f"{both} --discard-to nowhere")
    for version in ("6.4.0", "6.4.1"):
        repo = Repo(sidekiq=version, rails="6.1.7.10")
        logs = f"order:record amount:integer {CONTEXTS['log']}"
        yield Case(f"gate-{version}-log", repo, logs)
        yield Case(f"gate-{version}-log-minitest", _framework(repo, "minitest", "fixture"), logs)
    ends = f"order:record {EXHAUSTIONS['exhausted-mark']} {MISSING['missing-discard']}"
    for records in ("factory", "double", "fixture"):
        framework = "minitest" if records == "fixture" else "rspec"
        bury = _framework(Repo(sidekiq="6.4.1", rails="6.1.7.10"), framework, records)
        yield Case(f"gate-6.4.1-{records}-dead-exhausted", bury, ends)
    for version in ("7.2.4", "7.3.0", "8.0.6", "8.0.7"):
        repo = Repo(sidekiq=version, unique_jobs="8.0.13")
        yield Case(f"gate-{version}", repo, f"order:record {UNIQUES['replace']} {DISCARDS['nowhere']}")
    for sidekiq, gem in (
        ("6.5.12", "7.1.29"), ("6.5.12", "7.1.30"), ("7.3.2", "8.0.2"), ("7.3.2", "8.0.3"), ("8.1.7", "8.0.13"),
        ("8.1.7", "8.1.0"),
    ):  # fmt: skip
        repo = Repo(sidekiq=sidekiq, unique_jobs=gem)
        for lock in ("until_executed", "until_executing", "until_expired", "while_executing", "while_executing_reject"):
            if lock == "while_executing_reject" and Version(gem) < Version("8.0.11"):
                continue  # refused: it excludes nothing
            yield Case(f"gate-{sidekiq}-{gem}-{lock}", repo, f"order:record --unique {lock}")
    for rails in ("7.1.5", "7.2.0"):
        yield Case(f"gate-rails-{rails}", Repo(rails=rails), f"order:record {LOCKS['session']}")


def more_gates() -> Iterator[Case]:
    """The same for what depends on gems beside Sidekiq, and for the time that retries may take."""
    for version in ("7.1.2", "7.1.3", "8.0.10", "8.1.0"):
        length = "--retry-for 172800" if version != "7.1.2" else "--retry 12"
        yield Case(f"gate-{version}-retry-for", Repo(sidekiq=version), f"order:record {length}")
    for gem in ("1.0.1", "1.4.0"):
        repo = Repo(sidekiq="6.5.12", rails="6.1.7.10", gems={"sidekiq-throttled": gem})
        yield Case(f"gate-throttled-{gem}", repo, f"order:record {THROTTLES['throttle']}")
    for version in ("6.5.12", "8.1.7"):
        repo = Repo(sidekiq=version, gems={"sidekiq-ent": "2.5.3" if version[0] == "6" else "8.0.1"})
        for framework in ("rspec", "minitest"):
            yield Case(
                f"gate-enterprise-{version}-{framework}",
                _framework(repo, framework, "factory"),
                f"order:record {THROTTLES['throttle']} --unique until_executing --unique-ttl 600",
            )
    for tracker, gem in TRACKERS.items():
        for framework in ("rspec", "minitest"):
            repo = _framework(Repo(gems={tracker: gem} if gem else {}, rails="7.2.2"), framework, "factory")
            yield Case(f"gate-tracker-{tracker}-{framework}", repo, f"order:record {EXHAUSTIONS['exhausted-mark']}")


def states() -> Iterator[Case]:
    """Enums in both spellings over both types of column, with a third state, and marked failed in the same column."""
    marked = "--on-exhausted --mark-failed state=failed"
    for tree, enum, column in (
        ("6.5", "enum state: { pending: 0, paid: 1, failed: 2 }, _prefix: true", 't.integer "state", null: false'),
        ("7", "enum :state, { pending: 0, paid: 1, failed: 2 }, prefix: true", 't.integer "state", null: false'),
        ("8", "enum :state, %w[pending paid failed].index_by(&:itself)", 't.string "state"'),
    ):
        files = {
            "app/models/order.rb": f"class Order < ApplicationRecord\n  {enum}\nend\n",
            "db/schema.rb": SCHEMA.replace('t.string "state"', column),
        }
        for framework in ("rspec", "minitest"):
            for records in ("factory", "double") if framework == "rspec" else ("fixture", "double"):
                place = replace(_framework(RELEASES[tree], framework, records), files=files)
                for name, flags in (
                    ("record", f"order:record --row-lock {marked}"),
                    ("claim", "--model Order --kind claim"),
                    ("backfill", "--model Order --kind backfill"),
                ):
                    case = f"states-{tree}-{framework}-{records}-{name}"
                    yield Case(case, place, f"{flags} --check-then-act state=pending:paid", "ChargeOrders")


# Keys that are no id: one that the schema names, beside a column id, and one of text that only the model names.
KEYED_MODELS = {
    "app/models/legacy_account.rb": "class LegacyAccount < ApplicationRecord\nend\n",
    "app/models/voucher.rb": 'class Voucher < ApplicationRecord\n  self.table_name = "legacy_vouchers"\n'
    "  self.primary_key = :code\nend\n",
    "db/schema.rb": SCHEMA
    + """
ActiveRecord::Schema[7.1].define(version: 2026_01_01_000000) do
  create_table "legacy_accounts", primary_key: "account_no", force: :cascade do |t|
    t.integer "id"
    t.datetime "charged_at"
    t.datetime "failed_at"
  end

  create_table "legacy_vouchers", id: false, force: :cascade do |t|
    t.string "code", limit: 64, null: false
    t.datetime "charged_at"
    t.datetime "failed_at"
    t.index ["code"], name: "index_legacy_vouchers_on_code", unique: true
  end
end
""",
}
KEYED_RECORDS = {
    "spec/factories.rb": "FactoryBot.define do\n  factory :legacy_account\n  factory :voucher\nend\n",
    "test/fixtures/legacy_accounts.yml": "one: {}\n",
    "test/fixtures/vouchers.yml": "one:\n  code: V-1\n",
}
KEYED = {
    "record": "order:record --model {} --advisory-lock --check-then-act charged_at --on-exhausted",
    "claim": "--model {} --kind claim --check-then-act charged_at",
    "backfill": "--model {} --kind backfill",
    "backfill-column": "--model {} --kind backfill --check-then-act charged_at",
    "fan-out": "--model {} --kind fan-out --row-lock --check-then-act charged_at",
}


def keys() -> Iterator[Case]:
    """Every kind about models whose primary key is no id, with and without factories or fixtures."""
    for tree, repo in RELEASES.items():
        for framework in ("rspec", "minitest"):
            for records in ("factory" if framework == "rspec" else "fixture", "double"):
                files = KEYED_MODELS | ({} if records == "double" else KEYED_RECORDS)
                place = replace(_framework(repo, framework, records), files=files)
                for model in ("LegacyAccount", "Voucher"):
                    for name, flags in KEYED.items():
                        arguments = flags.format(model)
                        case = f"key-{tree}-{framework}-{records}-{model.lower()}-{name}"
                        yield Case(case, place, arguments, "Settle")


def styles() -> Iterator[Case]:
    """Long names, which must still fit the line, and symbols for queues."""
    everything = " ".join(
        (LOCKS["session-retry"], CHECKS["check"], KEYS["key"], DISCARDS["several"], UNIQUES["replace"])
    )
    for tree, repo in RELEASES.items():
        for framework in ("rspec", "minitest"):
            place = _framework(repo, framework, "factory")
            name = "Integrations::Accounting::SynchronizeOutstandingInvoices"
            yield Case(
                f"long-{tree}-{framework}", place, f"restaurant:record {everything}".replace("charged", "indexed"), name
            )


# An ActiveJob class in the house of others, whose base says nothing, or what becomes of a job without its record.
ACTIVE = {
    "record": "order:record",
    "record-more": "order:record amount:decimal due_on:date at:time",
    "two-records": "order:record restaurant:record --queue low",
    "record-second": "amount:integer order:record --retry 3 --on-exhausted --mark-failed failed_at",
    "record-retry": "order:record --retry 3 --on-missing retry",
    "plain": "--kind plain --retry 0",
    "plain-key": "--kind plain --idempotency-key --retry 2",
    "plain-arguments": "account_id:integer at:time tags:array --kind plain --idempotency-key --advisory-lock",
    "discard": "order:record --discard-on PaymentGateway::CardDeclined --discard-on ActiveRecord::RecordInvalid",
    "exhausted": "order:record --on-exhausted --discard-on PaymentGateway::CardDeclined",
    "exhausted-mark": "order:record --on-exhausted --mark-failed failed_at --discard-on PaymentGateway::CardDeclined",
    "advisory": "order:record amount:integer --advisory-lock --check-then-act charged_at --idempotency-key",
    "session": "order:record --advisory-lock --lock-scope session",
    "advisory-retry": "order:record --advisory-lock --on-locked retry --check-then-act charged_at --retry 2",
    "plain-retry": "--kind plain --advisory-lock --lock-scope session --on-locked retry --idempotency-key",
    "retry-after": "order:record --retry-after PaymentGateway::RateLimited --retry 2",
    "retry-after-several": "order:record --retry-after PaymentGateway::RateLimited --retry-after SearchIndex::Busy "
    "--retry-after-limit 3 --advisory-lock --on-locked retry",
    "retry-after-fixed": "--kind plain --retry-after Timeout::Error=30 --idempotency-key",
    "retry-after-asked": f"order:record {POSTPONEMENTS['retry-after-asked']} --discard-on PaymentGateway::CardDeclined",
    "row": "order:record --row-lock --check-then-act state=pending:paid",
    "calls": "order:record --calls PaymentGateway.charge --idempotency-key --check-then-act charged_at "
    "--save-result charge_id=id",
    "calls-record": "order:record --calls Order#settle! --check-then-act processed --row-lock",
    "calls-instance": "order:record --calls SettleOrder#call --idempotency-key --advisory-lock",
}
ACTIVE_HOUSE = {
    "app/jobs/application_job.rb": "class ApplicationJob < ActiveJob::Base\nend\n",
    **{
        f"app/jobs/{name}_job.rb": f"class {name.title()}Job < ApplicationJob\n  queue_as :default\n\n"
        "  def perform(id)\n  end\nend\n"
        for name in ("mail", "sweep")
    },
}


ACTIVE_ROWS = {
    "fan-out": "--model Order --kind fan-out --check-then-act charged_at",
    "fan-out-arguments": "since:date --model Order --kind fan-out --batch-size 200 --retry 3",
}


def active_jobs() -> Iterator[Case]:
    """ActiveJob classes on the Rails of each tree, with and without factories or fixtures."""
    for tree, repo in RELEASES.items():
        for framework in ("rspec", "minitest"):
            for records in ("factory" if framework == "rspec" else "fixture", "double"):
                place = replace(_framework(repo, framework, records), files=ACTIVE_HOUSE)
                for name, arguments in ACTIVE.items():
                    yield Case(f"active-{tree}-{framework}-{records}-{name}", place, arguments)
                for name, arguments in ACTIVE_ROWS.items():
                    yield Case(f"active-{tree}-{framework}-{records}-{name}", place, arguments, "ChargeOrders")
    handled = ACTIVE_HOUSE["app/jobs/application_job.rb"].replace(
        "Base\n", "Base\n  discard_on ActiveJob::DeserializationError\n  self.enqueue_after_transaction_commit = true\n"
    )
    base = {**ACTIVE_HOUSE, "app/jobs/application_job.rb": handled}
    for name in ("record", "exhausted-mark"):
        yield Case(f"active-base-{name}", replace(RELEASES["8"], files=base), ACTIVE[name])
    for rails in ("6.0.6", "7.1.5", "8.0.2", "8.1.0"):
        repo = Repo(sidekiq="7.3.10", rails=rails, files=ACTIVE_HOUSE)
        yield Case(f"gate-active-{rails}", repo, ACTIVE["record-more"] + " --retry 3")


def all_cases() -> list[Case]:
    """All of them, each name once."""
    cases = [*alone(), *rows(), *migrations(), *pairs(), *triples(), *gates(), *more_gates(), *states(), *keys()]
    cases += [*styles(), *active_jobs()]
    assert len({case.name for case in cases}) == len(cases)
    return cases


def _framework(repo: Repo, framework: str, records: str) -> Repo:
    return replace(repo, rspec=framework == "rspec", records=records)
