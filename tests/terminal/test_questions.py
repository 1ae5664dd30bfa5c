from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support.command import in_a_process, tree
from support.person import CLEAR, CTRL_C, CTRL_D, DOWN, ENTER, SPACE, TAB, UP, talk
from support.repos import Repo
from support.terminal import (
    ARGUMENTS,
    COLUMN,
    DISCARD,
    DUPLICATE,
    ERRORS,
    KIND,
    LINE,
    LINES,
    MISSING,
    MODEL,
    NAME,
    OPTIONS,
    QUEUE,
    RETRIES,
    SAFEGUARDS,
    SCOPE,
    SECONDS,
    STOREFRONT,
    TAGS,
    TAKEN,
    UNTIL,
    WORK,
    WRITE,
    Terminal,
    plain_environment,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.cli.talk import Question

EVERYTHING = Repo(unique_jobs="8.0.10", files={"config/sidekiq.yml": ":queues:\n  - critical\n  - default\n"})
SQLITE = Repo(adapter="sqlite3")

# Every question there is, and an answer that leads to the next one.
CONVERSATION = (
    (NAME, f"ChargeCustomer{ENTER}"),
    (KIND, f"{UP}{ENTER}"),
    (MODEL, ENTER),
    (ARGUMENTS, f"amount:decimal, since:date{ENTER}"),
    (QUEUE, f"{UP}{ENTER}"),
    (RETRIES, f"3{ENTER}"),
    (OPTIONS, f"{SPACE}{DOWN}{SPACE}{ENTER}"),
    (LINES, f"5{ENTER}"),
    (TAGS, f"billing, nightly{ENTER}"),
    (MISSING, f"{DOWN}{ENTER}"),
    (WORK, ENTER),
    # A column charged_at has check-then-act selected already; then all but the row lock.
    (SAFEGUARDS, f"{DOWN}{SPACE}{DOWN}{SPACE}{DOWN}{SPACE}{DOWN}{DOWN}{SPACE}{ENTER}"),
    (SCOPE, f"{DOWN}{ENTER}"),
    (TAKEN, f"{DOWN}{ENTER}"),
    (ERRORS, f"PaymentGateway::CardDeclined, ActiveRecord::RecordInvalid{ENTER}"),
    (DISCARD, f"{DOWN}{ENTER}"),
    (UNTIL, ENTER),
    (SECONDS, f"1h{ENTER}"),
    (DUPLICATE, ENTER),
    (WRITE, ENTER),
)
FILES = {"app/jobs/charge_customer_job.rb", "spec/jobs/charge_customer_job_spec.rb"}
QUIT = "error  Nothing was written."


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_environment(monkeypatch)
    monkeypatch.setenv("PYTHONWARNINGS", "error")


def new(root: Path, before: dict[str, bytes]) -> dict[str, bytes]:
    after = tree(root)
    assert before.items() <= after.items()
    return {path: content for path, content in after.items() if path not in before}


def test_every_question_and_the_same_without_questions(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path)
    before = tree(root)

    terminal = Terminal(root).talk(CONVERSATION)

    assert terminal.end() == 0
    written = new(root, before)
    assert set(written) == FILES
    job = written["app/jobs/charge_customer_job.rb"].decode()
    assert 'queue: "critical"' in job
    assert "retry: 3" in job
    assert "lock: :until_executed" in job
    assert "lock_ttl: 1.hour.to_i" in job
    assert "charged_at" in job
    assert "PaymentGateway::CardDeclined" in job
    assert job in terminal.shown
    assert terminal.shown.count("      create  app/jobs/charge_customer_job.rb\n") == 2  # to be confirmed, then done
    line = terminal.shown.rpartition(LINE)[2].strip()
    assert line == (
        "sidekiq-gen job ChargeCustomer amount:decimal since:date --model Order --kind record --queue critical "
        "--retry 3 --backtrace 5 --tags billing --tags nightly --on-missing retry "
        "--check-then-act charged_at --idempotency-key --advisory-lock --lock-scope session --on-locked retry "
        "--discard-on PaymentGateway::CardDeclined --discard-on ActiveRecord::RecordInvalid --discard-to nowhere "
        "--unique until_executed --unique-ttl 3600 --on-conflict log --no-input"
    )
    assert again(root, line, written) == written


def test_states_that_a_column_is_known_to_have_are_offered(tmp_path: Path) -> None:
    enum = (
        "class Order < ApplicationRecord\n  enum :state, { pending: 'pending', failed: 'failed', paid: 'paid' }\nend\n"
    )
    terminal = Terminal(Repo(files={"app/models/order.rb": enum}).write(tmp_path), "ShipCustomer", "--model", "Order")

    talk = [
        (ARGUMENTS, ENTER),
        (QUEUE, ENTER),
        (RETRIES, ENTER),
        (OPTIONS, ENTER),
        (MISSING, ENTER),
        (SAFEGUARDS, f"{SPACE}{ENTER}"),
        (COLUMN, ENTER),
        (WRITE, "y"),
    ]
    assert terminal.talk(talk).end() == 0
    assert "--check-then-act state=pending:paid" in terminal.shown.rpartition(LINE)[2]


def test_what_may_do_the_work_is_offered(tmp_path: Path) -> None:
    services = {
        "app/services/charge_customer.rb": "class ChargeCustomer\n  def self.call(order)\n  end\nend\n",
        "app/services/customer_charger.rb": "class CustomerCharger\n  def initialize(order)\n  end\n\n"
        "  def call\n  end\nend\n",
        "app/models/order.rb": "class Order < ApplicationRecord\n  def charge!\n  end\nend\n",
        "app/mailers/mailer.rb": "class Mailer < ActionMailer::Base\n  def charge\n  end\nend\n",
    }
    root = Repo(files=services).write(tmp_path)

    terminal = Terminal(root, "ChargeCustomer", "order:record").talk(
        [(QUEUE, ENTER), (RETRIES, ENTER), (OPTIONS, ENTER), (MISSING, ENTER)]
    )
    terminal.see(WORK).see("» a method of this job").see("  ChargeCustomer.call").see("  CustomerCharger#call")
    terminal.see("  PaymentGateway.charge").see("  Order#charge!").see("  another one").type(f"{DOWN}{DOWN}{ENTER}")
    terminal.see(SAFEGUARDS).see("idempotency-key (CustomerCharger#call takes no key)").type(ENTER)

    assert terminal.answer(WRITE, "y").end() == 0
    assert "Mailer" not in terminal.shown
    assert "--calls CustomerCharger#call" in terminal.shown.rpartition(LINE)[2].replace("'", "")
    job = (root / "app/jobs/charge_customer_job.rb").read_text(encoding="utf-8")
    assert "    CustomerCharger.new(order).call\n" in job


def test_what_the_settings_say_is_offered(tmp_path: Path) -> None:
    settings = '[job]\nqueue = "low"\nrow-lock = true\n'
    root = Repo(files={".sidekiq-gen.toml": settings}).write(tmp_path)

    terminal = Terminal(root, "ChargeCustomer", "order:record", "--calls", "PaymentGateway.charge")
    terminal.talk([(QUEUE, ENTER), (RETRIES, ENTER), (OPTIONS, ENTER), (MISSING, ENTER), (SAFEGUARDS, ENTER)])

    assert terminal.answer(WRITE, "y").end() == 0
    assert "--queue low" in terminal.shown.rpartition(LINE)[2]
    assert "--row-lock" in terminal.shown.rpartition(LINE)[2]
    assert "order.with_lock do" in (root / "app/jobs/charge_customer_job.rb").read_text(encoding="utf-8")


def test_another_method_can_be_typed(tmp_path: Path) -> None:
    root = Repo(files={"app/services/pay.rb": "class Pay\n  def self.it(order)\n  end\nend\n"}).write(tmp_path)

    terminal = Terminal(root, "ChargeCustomer", "order:record", "--queue", "low", "--retry", "3")
    terminal.answer(OPTIONS, ENTER).answer(MISSING, ENTER).answer(WORK, f"{UP}{ENTER}")
    terminal.answer(WORK, f"Pay.its{ENTER}").see("Did you mean Pay.it?").type(f"{CLEAR}Pay.it{ENTER}")
    terminal.answer(SAFEGUARDS, ENTER).answer(WRITE, "y")

    assert terminal.end() == 0
    assert "--calls Pay.it" in terminal.shown.rpartition(LINE)[2]


@pytest.mark.parametrize(
    ("repo", "arguments", "conversation"),
    [
        (
            SQLITE,
            ["billing/sync_invoices_job", "since:date"],
            [(KIND, ENTER), (QUEUE, f"{DOWN}{ENTER}"), (QUEUE, f"low-1{ENTER}"), (RETRIES, f"false{ENTER}"),
             (OPTIONS, ENTER), (SAFEGUARDS, f"{SPACE}{ENTER}"), (WRITE, "y")],
        ),
        (
            Repo(sidekiq="6.5.12", rails="6.1.7.10", adapter="mysql2", rspec=False, records="fixture"),
            ["--root", ".", "--advisory-lock"],
            [(NAME, f"process_order{ENTER}"), (KIND, ENTER), (MODEL, f"{DOWN}{ENTER}"), (ARGUMENTS, ENTER),
             (QUEUE, ENTER), (RETRIES, ENTER), (OPTIONS, ENTER), (MISSING, ENTER), (SAFEGUARDS, ENTER), (TAKEN, ENTER),
             (WRITE, ENTER)],
        ),
        (
            Repo(sidekiq="8.1.7", unique_jobs="8.1.0"),
            ["Reindex", "--test", "none", "--unique-ttl", "90"],
            [(KIND, f"{UP}{ENTER}"), (MODEL, f"{UP}{ENTER}"), (MODEL, f"Admin::Page{ENTER}"), (ARGUMENTS, ENTER),
             (QUEUE, ENTER), (RETRIES, f"2h{ENTER}"), (OPTIONS, ENTER), (MISSING, f"{DOWN}{DOWN}{ENTER}"),
             (SAFEGUARDS, ENTER), (DISCARD, f"{DOWN}{ENTER}"), (UNTIL, f"{DOWN}{ENTER}"), (DUPLICATE, ENTER),
             (WRITE, ENTER)],
        ),
    ],
    ids=["sqlite", "mysql", "unique"],
)  # fmt: skip
def test_the_printed_line_gives_the_same_bytes(
    tmp_path: Path, repo: Repo, arguments: list[str], conversation: list[tuple[str, str]]
) -> None:
    root = repo.write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, *arguments).talk(conversation)

    assert terminal.end() == 0
    written = new(root, before)
    assert written
    assert again(root, terminal.shown.rpartition(LINE)[2].strip(), written) == written


def again(root: Path, line: str, written: dict[str, bytes]) -> dict[str, bytes]:
    """Remove what was written, run the printed line, and return what it writes."""
    for path in written:
        (root / path).unlink()
    before = tree(root)
    program, *arguments = shlex.split(line)
    assert program == "sidekiq-gen"
    assert in_a_process(root, arguments).status == 0
    return new(root, before)


@pytest.mark.parametrize(
    ("way", "question"),
    [("q", question) for question, _ in CONVERSATION]  # which is in the prompt of each; the keys are the library's
    + [(way, question) for way in ("Ctrl-C", "Ctrl-D") for question in (NAME, KIND, RETRIES, SAFEGUARDS, WRITE)],
)
def test_leaving_at_any_question_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, question: str
) -> None:
    root = EVERYTHING.write(tmp_path)
    before = tree(root)
    replies = dict(CONVERSATION)

    def keys(asked: Question, _offered: object) -> str:
        known = next(text for text in replies if asked.text.startswith(text))
        if known != question:
            return replies[known]
        return {"q": f"q{ENTER}" if asked.form == "text" else "Q", "Ctrl-D": CTRL_D, "Ctrl-C": CTRL_C}[way]

    talked = talk(root, ["job"], keys, monkeypatch)

    assert talked.asked[-1].startswith(question)
    assert talked.status == (130 if way == "Ctrl-C" else 1)
    assert (QUIT in talked.shown) is (way != "Ctrl-C")
    assert (" sidekiq-gen job ChargeCustomer" in talked.shown) is (question != NAME)  # the line that goes on
    assert tree(root) == before


def test_what_the_repo_has_is_offered(tmp_path: Path) -> None:
    root = tmp_path / "storefront"
    shutil.copytree(STOREFRONT, root)
    before = tree(root)

    terminal = Terminal(root, "NotifyUser")
    terminal.answer(KIND, ENTER)  # a record, as User is a model
    terminal.see(MODEL).see("  Order").see("  Restaurant").see("» User").see("  another one").type(ENTER)
    terminal.answer(ARGUMENTS, ENTER).see(QUEUE)
    for queue in ("critical", "payments", "mailers", "» default", "search", "another one"):
        terminal.see(queue)
    terminal.type(ENTER).answer(RETRIES, ENTER).answer(OPTIONS, ENTER).answer(MISSING, ENTER)
    terminal.answer(SAFEGUARDS, ENTER).answer(WRITE, ENTER)

    assert terminal.end() == 0
    job = new(root, before)["app/jobs/notify_user_job.rb"].decode()
    assert "User.find_by(id: user_id)" in job
    assert 'sidekiq_options queue: "default", retry: 5' in job  # the storefront has too few jobs to show a habit
    assert "Which safeguards? none\n" in terminal.shown


def test_the_queues_of_existing_jobs_are_offered(tmp_path: Path) -> None:
    old = 'class OldJob\n  include Sidekiq::Job\n  sidekiq_options queue: "exports"\nend\n'
    root = Repo(files={"app/jobs/old_job.rb": old}).write(tmp_path)

    terminal = (
        Terminal(root, "Foo", "--kind", "plain")
        .answer(ARGUMENTS, ENTER)
        .see(QUEUE)
        .see("exports")
        .see("default")
        .type("q")
    )

    assert terminal.end() == 1


def test_many_models_are_completed_while_typing(tmp_path: Path) -> None:
    names = [f"Thing{letter}" for letter in "ABCDEFGHIJKLM"]
    files = {f"app/models/thing_{name[-1].lower()}.rb": f"class {name} < ApplicationRecord\nend\n" for name in names}
    root = Repo(files=files).write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, "Foo", "--kind", "record", "--queue", "default", "--retry", "1")
    terminal.answer(MODEL, "ngm").see("ThingM").type(f"{TAB}{ENTER}").answer(ARGUMENTS, ENTER)
    terminal.answer(OPTIONS, ENTER).answer(MISSING, ENTER)
    terminal.answer(SAFEGUARDS, ENTER).answer(WRITE, ENTER)

    assert terminal.end() == 0
    assert "ThingM.find_by" in new(root, before)["app/jobs/foo_job.rb"].decode()


def test_what_flags_say_is_not_asked(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path)
    before = tree(root)
    flags = (
        "--queue low --retry 2 --on-missing log "
        "--idempotency-key --advisory-lock --lock-scope transaction --on-locked skip"
    )

    terminal = Terminal(root, "ChargeCustomer", "order:record", *flags.split(), "--unique", "until_executed")
    terminal.answer(OPTIONS, ENTER).answer(WORK, ENTER).see(SAFEGUARDS).see(
        "idempotency-key (asked for on the command line)"
    )
    terminal.see("row-lock (advisory-lock and row-lock are two locks for the same thing: choose one.)")
    terminal.type(f"{SPACE}{ENTER}").answer(SECONDS, ENTER).answer(DUPLICATE, ENTER).answer(WRITE, ENTER)

    assert terminal.end() == 0
    for question in (NAME, KIND, MODEL, QUEUE, RETRIES, MISSING, SCOPE, TAKEN, UNTIL):
        assert question not in terminal.shown
    written = new(root, before)
    assert set(written) == FILES
    assert "idempotency_key:" in written["app/jobs/charge_customer_job.rb"].decode()
    assert f"job ChargeCustomer order:record {flags} --unique until_executed" in terminal.shown


def test_a_flag_of_a_pattern_asks_for_the_pattern(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path)
    before = tree(root)
    arguments = "Foo order:record --queue low --retry 2 --lock-scope session --discard-to nowhere"

    terminal = Terminal(root, *arguments.split()).answer(OPTIONS, ENTER).answer(MISSING, ENTER).see(SAFEGUARDS)
    terminal.see("advisory-lock (asked for on the command line)").see("discard-on (asked for on the command line)")
    terminal.type(ENTER).answer(TAKEN, ENTER).answer(ERRORS, f"Gone{ENTER}").answer(WRITE, ENTER)

    assert terminal.end() == 0
    job = new(root, before)["app/jobs/foo_job.rb"].decode()
    assert "pg_try_advisory_lock" in job
    assert ":discard if error.is_a?(Gone)" in job
    assert (
        "--advisory-lock --lock-scope session --on-locked skip --discard-on Gone --discard-to nowhere" in terminal.shown
    )


@pytest.mark.parametrize(
    ("arguments", "message", "status"),
    [
        ("Foo --row-lock", "--row-lock is not available on SQLite, which has no row locks.", 1),
        ("--unique-ttl 60", "--unique needs sidekiq-unique-jobs, which is not in the lockfile.", 1),
        ("Foo --kind plain --check-then-act done_at", "--check-then-act needs a record, and FooJob has none.", 1),
        ("--kind plain --model Order", "--kind plain has no record, and a model was given.", 1),
        ("--discard-on oops", "'oops' is not the name of an error class.", 2),
        ("--queue low;high", "'low;high' cannot be the name of a queue.", 2),
        ("--retry often", "--retry 'often' is not a number of retries.", 2),
        ("Old", "OldJob is already defined in app/services/old_job.rb.", 1),
    ],
)
def test_flags_that_cannot_be_had_are_refused_before_anything_is_asked(
    tmp_path: Path, arguments: str, message: str, status: int
) -> None:
    root = Repo(adapter="sqlite3", files={"app/services/old_job.rb": "class OldJob\nend\n"}).write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, *arguments.split())

    assert terminal.end() == status
    assert f"error  {message}\n" in terminal.shown
    assert "?" not in terminal.shown.partition("error")[0]
    assert tree(root) == before


def test_a_flag_that_leaves_no_answer_to_a_question_is_refused_before_it_is_asked(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, "--unique-ttl", "0")

    assert terminal.end() == 2
    assert "error  --unique-ttl 0 is not a length of time.\n" in terminal.shown
    assert NAME not in terminal.shown
    assert tree(root) == before


def test_what_cannot_be_had_is_greyed_out_with_the_reason(tmp_path: Path) -> None:
    root = SQLITE.write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, "Foo", "--kind", "plain", "--queue", "low", "--retry", "0")
    terminal.answer(ARGUMENTS, ENTER).answer(OPTIONS, ENTER).see(SAFEGUARDS)
    terminal.see("- check-then-act (--check-then-act needs a record, and FooJob has none.)")
    terminal.see("» ○ idempotency-key: pass the work a key")  # the first that can be had
    terminal.see("- unique (--unique needs sidekiq-unique-jobs, which is not in the lockfile.)")
    terminal.see("May it run twice at once?")
    terminal.see("- advisory-lock (--advisory-lock is not available on SQLite, which has no advisory locks.)")
    terminal.see("- row-lock (--row-lock is not available on SQLite, which has no row locks.)")
    terminal.see("What if it fails?").see("○ discard-on: give up at once")
    assert "\x1b[0;90m" in terminal.raw
    terminal.type(f"{DOWN}{SPACE}{ENTER}").answer(ERRORS, f"Gone{ENTER}")
    terminal.answer(WRITE, ENTER)  # the Dead set is where it goes anyhow, so that nothing is left to be asked

    assert terminal.end() == 0
    assert "rescue Gone" in new(root, before)["app/jobs/foo_job.rb"].decode()
    assert "--discard-on Gone --discard-to nowhere --no-input" in terminal.shown


def test_a_kind_that_a_flag_rules_out_is_greyed_out(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    terminal = Terminal(root, "Foo", "--row-lock").see(KIND).see("» record")
    terminal.see("- plain: works on its arguments, if any (--row-lock needs a record, and FooJob has none.)").type("q")

    assert terminal.end() == 1


def test_what_a_job_without_retries_cannot_do_about_a_missing_record_is_greyed_out(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    terminal = Terminal(root, "Foo", "order:record", "--queue", "low", "--retry", "0")
    terminal.answer(OPTIONS, ENTER).see(MISSING).see("» log")
    terminal.see("- retry (--on-missing retry contradicts a job that is never retried.)").see("discard").type("q")

    assert terminal.end() == 1


def test_what_the_house_does_about_missing_records_is_offered(tmp_path: Path) -> None:
    old = "class {0}Job\n  include Sidekiq::Job\n  def perform(order_id)\n    Order.find(order_id)\n  end\nend\n"
    files = {f"app/jobs/{name.lower()}_job.rb": old.format(name) for name in ("One", "Two", "Three")}
    root = Repo(files=files).write(tmp_path)

    terminal = Terminal(root, "Foo", "order:record", "--queue", "low", "--retry", "3")
    terminal.answer(OPTIONS, ENTER).see(MISSING).see("» retry")

    assert terminal.type("q").end() == 1


POSTPONED = "Which errors carry their own delay? (class names, separated by commas)"
OFTEN = "How many times is a job rescheduled like that at most?"


@pytest.mark.parametrize("flags", [[], ["--retry-after", "Net::ReadTimeout"]])
def test_what_gives_a_delay_is_asked_where_nothing_proves_it(tmp_path: Path, flags: list[str]) -> None:
    root = Repo().write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, "Foo", "--kind", "plain", "--queue", "low", "--retry", "1", *flags)
    terminal.answer(ARGUMENTS, ENTER).answer(OPTIONS, ENTER).see(SAFEGUARDS)
    if flags:
        terminal.see("retry-after (asked for on the command line)").type(ENTER)
    else:
        terminal.see("retry-after: re-enqueue").type(f"{DOWN * 3}{SPACE}{ENTER}")
        terminal.answer(POSTPONED, f"SearchIndex::Gone{ENTER}").see("SearchIndex::Gone has no retry_after")
        terminal.type(f"{CLEAR}SearchIndex::Busy, Net::ReadTimeout{ENTER}")
    terminal.answer(OFTEN, ENTER).see("What gives the delay of Net::ReadTimeout in seconds?")
    terminal.type(f"error;{ENTER}").see("is not a delay").type(f"{CLEAR}wait{ENTER}").answer(WRITE, ENTER)

    assert terminal.end() == 0
    assert "error.wait" in new(root, before)["app/jobs/foo_job.rb"].decode()
    assert "--retry-after Net::ReadTimeout=wait --retry-after-limit 10 --no-input" in terminal.shown


def test_a_strategy_that_the_lock_rules_out_is_greyed_out(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path)

    terminal = Terminal(root, "Foo", "--kind", "plain", "--queue", "low", "--retry", "1", "--unique", "while_executing")
    terminal.answer(ARGUMENTS, ENTER).answer(OPTIONS, ENTER).answer(SAFEGUARDS, ENTER).answer(SECONDS, ENTER)
    terminal.see(DUPLICATE).see("» log: drop it, with one line in the log").see(
        "- replace (The lock while_executing cannot replace a duplicate"
    ).type("q")

    assert terminal.end() == 1


def test_each_lock_comes_with_a_line_that_is_true_for_the_locked_gem(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path)

    terminal = Terminal(root, "Foo", "--kind", "plain", "--queue", "low", "--retry", "1", "--unique-ttl", "1h")
    terminal.answer(ARGUMENTS, ENTER).answer(OPTIONS, ENTER).answer(SAFEGUARDS, ENTER).see(UNTIL)
    terminal.see("» until_executed: one waiting or running at a time; released after every run, failed ones too")
    terminal.see("until_executing: one waiting at a time; released when a run starts")
    terminal.see("while_executing: one running at a time, any number waiting").type("q")

    assert terminal.end() == 1


def test_wrong_answers_are_told_at_the_question_and_corrected(tmp_path: Path) -> None:
    old = {"app/services/old_job.rb": "class OldJob\nend\n"}
    root = Repo(unique_jobs="8.0.10", files=old).write(tmp_path)
    before = tree(root)
    terminal = Terminal(root)

    def wrong(question: str, answers: dict[str, str], right: str) -> None:
        terminal.see(question)
        for answer, message in answers.items():
            terminal.type("...").see("...")  # what was told before is gone
            terminal.type(f"{CLEAR}{answer}{ENTER}").see(message)
        terminal.type(f"{CLEAR}{right}{ENTER}")

    bad_name = "cannot become the name of a Ruby class. Use letters, digits"
    wrong(NAME, {"1st": f"'1st' {bad_name}", "Old": "OldJob is already defined in app/services/old_job.rb."}, "Foo")
    terminal.answer(KIND, f"{UP}{ENTER}").answer(MODEL, f"{UP}{ENTER}")
    wrong(MODEL, {"a b": "'a b' cannot be the name of a model."}, "Order")
    wrong(
        ARGUMENTS,
        {"Amount": "'Amount' cannot be the name of an argument.", "at:text": "'text' is not a type of argument."},
        "amount:decimal",
    )
    terminal.answer(QUEUE, f"{UP}{ENTER}")
    wrong(QUEUE, {"low;high": "'low;high' cannot be the name of a queue."}, "low")
    wrong(RETRIES, {"many": "--retry 'many' is not a number of retries."}, "7")
    terminal.answer(OPTIONS, f"{SPACE}{DOWN}{SPACE}{ENTER}")
    wrong(LINES, {"0": "--backtrace '0' is not a number of lines.", "all": "true for all lines"}, "7")
    wrong(TAGS, {"": "--tags '' is not a tag.", "a, b!": "--tags 'b!' is not a tag."}, "a, b")
    terminal.answer(MISSING, ENTER)
    terminal.answer(SAFEGUARDS, f"{SPACE}{DOWN}{DOWN}{SPACE}{DOWN}{SPACE}{DOWN}{SPACE}{DOWN}{SPACE}{ENTER}")
    terminal.see("row-lock are two locks for the same thing. Choose one of them.")
    terminal.answer(SAFEGUARDS, f"{DOWN}{DOWN}{DOWN}{SPACE}{ENTER}")  # what was selected still is
    wrong(COLUMN, {"a b": "cannot be the name of a column.", "state": "The column state is of the type"}, "charged_at")
    wrong(ERRORS, {"": "'' is not the name of an error class.", "Gone oops": "'oops' is not the name"}, "Gone,Late")
    terminal.answer(DISCARD, ENTER).answer(UNTIL, ENTER)
    wrong(
        SECONDS,
        {"0": "--unique-ttl 0 is not a length of time.", "soon": "soon is not a length", "9" * 20: "is not a length"},
        "60",
    )
    terminal.answer(DUPLICATE, ENTER).answer(WRITE, ENTER)

    assert terminal.end() == 0
    job = new(root, before)["app/jobs/foo_job.rb"].decode()
    assert 'queue: "low"' in job
    assert "lock_ttl: 1.minute.to_i" in job
    assert "with_lock" in job
    assert "Gone, Late" in job
    assert "advisory" not in job


def test_a_repeated_run_has_nothing_to_confirm(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path)
    assert in_a_process(root, ["job", "Foo", "order:record", "--queue", "default", "--retry", "5"]).status == 0
    before = tree(root)

    terminal = Terminal(root, "Foo", "order:record").talk(
        [(QUEUE, ENTER), (RETRIES, ENTER), (OPTIONS, ENTER), (MISSING, ENTER), (SAFEGUARDS, ENTER)]
    )

    assert terminal.end() == 0
    assert WRITE not in terminal.shown
    assert terminal.shown.count("   identical  app/jobs/foo_job.rb\n") == 1
    assert tree(root) == before


def test_a_conflict_is_decided_after_the_confirmation(tmp_path: Path) -> None:
    root = Repo(files={"app/jobs/foo_job.rb": "class FooJob\nend\n"}).write(tmp_path)
    before = tree(root)
    arguments = ["Foo", "order:record", "--queue", "default", "--retry", "5", "--on-missing", "log"]

    terminal = Terminal(root, *arguments).answer(OPTIONS, ENTER).answer(SAFEGUARDS, ENTER)
    terminal.see("conflict  app/jobs/foo_job.rb")
    terminal.answer(WRITE, ENTER).answer("[Ynaqdhm]", f"n{ENTER}")

    assert terminal.end() == 0
    assert set(new(root, before)) == {"spec/jobs/foo_job_spec.rb"}


@pytest.mark.parametrize("option", ["--no-input", "--json", "--quiet", "--pretend"])
def test_nothing_is_asked_when_a_flag_forbids_it(tmp_path: Path, option: str) -> None:
    root = EVERYTHING.write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, "ChargeCustomer", "order:record", option)

    assert terminal.end() == 0
    assert "?" not in re.sub(r"\{.*\}", "", terminal.shown, flags=re.DOTALL)
    assert LINE not in terminal.shown
    assert set(new(root, before)) == (set() if option == "--pretend" else FILES)


@pytest.mark.parametrize("option", ["--no-input", "--json", "--quiet", "--pretend"])
def test_without_a_name_and_without_asking_it_is_a_usage_error(tmp_path: Path, option: str) -> None:
    root = EVERYTHING.write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, option)

    assert terminal.end() == 2
    assert "The NAME of the job is missing." in terminal.shown
    assert tree(root) == before


def test_nothing_is_asked_without_a_terminal_on_standard_input(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, "ChargeCustomer", "order:record", redirected="< /dev/null")

    assert terminal.end() == 0
    statuses, *checklist = terminal.shown.split("  done  ")
    assert statuses == (
        "      create  app/jobs/charge_customer_job.rb\n      create  spec/jobs/charge_customer_job_spec.rb\n"
    )
    assert len(checklist) == 1
    assert set(new(root, before)) == FILES


def test_nothing_is_asked_where_nobody_would_see_it(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path / "repo")
    before = tree(root)
    out = tmp_path / "out"

    terminal = Terminal(root, "ChargeCustomer", "order:record", redirected=f"> {shlex.quote(str(out))} 2>&1")

    assert terminal.end() == 0
    assert terminal.shown == ""
    assert "create  app/jobs/charge_customer_job.rb" in out.read_text()
    assert set(new(root, before)) == FILES


def test_questions_are_seen_although_standard_output_is_a_file(tmp_path: Path) -> None:
    root = EVERYTHING.write(tmp_path / "repo")
    before = tree(root)
    out = tmp_path / "out"

    terminal = Terminal(root, redirected=f"> {shlex.quote(str(out))}").talk(CONVERSATION)

    assert terminal.end() == 0
    assert out.read_text().startswith(
        "      create  app/jobs/charge_customer_job.rb\n      create  spec/jobs/charge_customer_job_spec.rb\n"
        f"\n{LINE}sidekiq-gen job ChargeCustomer "
    )
    assert set(new(root, before)) == FILES


@pytest.mark.parametrize(("columns", "variable", "value"), [(60, "", ""), (20, "", ""), (120, "NO_COLOR", "1")])
def test_any_terminal_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int, variable: str, value: str
) -> None:
    if variable:
        monkeypatch.setenv(variable, value)
    root = EVERYTHING.write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, columns=columns).talk(CONVERSATION)

    assert terminal.end() == 0
    assert set(new(root, before)) == FILES
    if variable == "NO_COLOR":
        assert not re.search(r"\x1b\[[0-9;]*\b(?:3[0-8]|4[0-8]|9[0-7])\b[0-9;]*m", terminal.raw)


def test_reasons_are_not_cut_off_in_a_narrow_terminal(tmp_path: Path) -> None:
    root = SQLITE.write(tmp_path)

    terminal = Terminal(root, "Foo", "--kind", "plain", "--queue", "low", "--retry", "1", columns=60)
    terminal.answer(ARGUMENTS, ENTER).answer(OPTIONS, ENTER).see(SAFEGUARDS)
    terminal.see("unique (--unique needs sidekiq-unique-jobs, which is not in the lockfile.)").type("q")

    assert terminal.end() == 1


@pytest.mark.parametrize("option", ["--no-input", "--pretend", "--json"])
def test_runs_that_ask_nothing_do_not_load_what_asks(tmp_path: Path, option: str) -> None:
    root = EVERYTHING.write(tmp_path)
    script = (
        "import sys\n"
        "from sidekiq_gen.cli.app import run\n"
        f"status = run(['job', 'Foo', 'order:record', '--idempotency-key', {option!r}])\n"
        "asking = {'questionary', 'prompt_toolkit', 'sidekiq_gen.cli.prompts', 'asyncio'} & set(sys.modules)\n"
        "sys.exit(f'loaded {asking}' if asking else status)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=os.environ, capture_output=True, text=True, check=False
    )

    assert (done.returncode, "loaded" in done.stderr) == (0, False)


HEALTH = "Write a job that alerts when too many jobs are dead?"
INSTALLED = {"config/initializers/sidekiq.rb", "config/sidekiq.yml", "lib/tasks/sidekiq_dead.rake"}
HEALTH_CHECK = {"app/jobs/sidekiq_health_check_job.rb", "spec/jobs/sidekiq_health_check_job_spec.rb"}


@pytest.mark.parametrize(("key", "flag"), [("y", " --health-check"), ("n", "")])
def test_install_asks_about_the_health_check_only(tmp_path: Path, key: str, flag: str) -> None:
    root = Repo().write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, command_name="install").answer(HEALTH, key).answer(WRITE, ENTER)

    assert terminal.end() == 0
    assert set(new(root, before)) == (INSTALLED | HEALTH_CHECK if flag else INSTALLED)
    assert terminal.shown.rpartition(LINE)[2].strip() == f"sidekiq-gen install{flag} --no-input"


@pytest.mark.parametrize("conversation", [((HEALTH, "q"),), ((HEALTH, "n"), (WRITE, "n"))])
def test_install_writes_nothing_without_a_yes(tmp_path: Path, conversation: tuple[tuple[str, str], ...]) -> None:
    root = Repo().write(tmp_path)
    before = tree(root)

    terminal = Terminal(root, command_name="install").talk(conversation)

    assert terminal.end() == 1
    assert QUIT in terminal.shown
    assert tree(root) == before


def test_install_shows_what_it_inserts_into_a_file_and_has_no_menu_for_it(tmp_path: Path) -> None:
    path = "config/initializers/sidekiq.rb"
    mine = "Sidekiq.configure_server do |config|\n  config.redis = {}\nend\n"
    root = Repo(files={path: mine}).write(tmp_path)

    terminal = Terminal(root, "--health-check", command_name="install")
    terminal.see("+  config.death_handlers << lambda do |job, error|")
    terminal.see("lacks config.error_handlers <<, config.death_handlers <<.")
    terminal.see(f"insert  {path}")
    terminal.answer(WRITE, ENTER)

    assert terminal.end() == 0
    assert "[Ynaqdhm]" not in terminal.shown
    assert (root / path).read_text().startswith(mine.removesuffix("end\n"))
    assert (root / "config/sidekiq.yml").is_file()


def test_enter_three_times_unwires_nothing(tmp_path: Path) -> None:
    root = tmp_path / "storefront"
    shutil.copytree(STOREFRONT, root)
    before = tree(root)

    terminal = Terminal(root, command_name="install").answer(HEALTH, ENTER).answer(WRITE, ENTER)

    assert terminal.end() == 0
    for path in ("config/initializers/sidekiq.rb", "config/sidekiq.yml"):
        lines = (root / path).read_bytes().split(b"\n")
        assert [line for line in before[path].split(b"\n") if line not in lines] == []
