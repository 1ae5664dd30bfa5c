"""The jobs that are most like a new one decide how it is written; where they do not agree, all of them do."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.house.layout import ballots, read_layout
from sidekiq_gen.rails.house.neighbours import UNKNOWN, NewJob
from sidekiq_gen.rails.house.peers import Peers
from sidekiq_gen.rails.project import Where, detect_project
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

MODELS = {"app/models/user.rb": "class User < ApplicationRecord\nend\n"}
JOB = "class {name}\n  include Sidekiq::Job\n{options}\n  def perform{arguments}\n  end\nend\n"


def jobs(*names: str, options: str = "", arguments: str = "(id)", text: str = JOB) -> dict[str, str]:
    """Jobs of these names: ``billing/charge_job``."""
    said = f"  sidekiq_options {options}\n" if options else ""
    return {
        f"app/jobs/{name}.rb": text.format(name=constant(name), options=said, arguments=arguments) for name in names
    }


def constant(name: str) -> str:
    return "::".join("".join(map(str.capitalize, part.split("_"))) for part in name.split("/"))


def job(root: Path, *words: str) -> str:
    """The text of a job that is generated in a repo."""
    done = sidekiq_gen(root, "job", *words, "--no-input", "--json")
    assert done.status == 0, done.out + done.err
    path: str = json.loads(done.out)["files"][0]["path"]
    return (root / path).read_text(encoding="utf-8")


def options(text: str) -> str:
    """What a job says to Sidekiq; empty for nothing."""
    return next((line.strip() for line in text.split("\n") if "sidekiq_options" in line), "")


CHARGES = jobs("billing/a_job", "billing/b_job", "billing/c_job", options="queue: :money, retry: 9")
MAILS = jobs(*(f"{letter}_job" for letter in "defghi"), options="retry: 3, queue: :mails")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Billing::Charge", "queue: :money, retry: 9"),
        ("Charge", "retry: 3, queue: :mails"),
        ("Other::Charge", "retry: 3, queue: :mails"),
    ],
)
def test_the_jobs_of_the_namespace_come_first(tmp_path: Path, name: str, expected: str) -> None:
    root = Repo(files=CHARGES | MAILS).write(tmp_path)

    assert options(job(root, name, "amount:integer")) == f"sidekiq_options {expected}"


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("SyncUsers", ["id:integer"], "retry: 7"),  # words of the name
        ("ImportAll", ["id:integer"], "retry: 3"),
        ("ImportAll", ["id:integer", "--queue", "slow"], "retry: 8"),  # the queue
        ("ImportAll", [], "retry: 2"),  # no arguments
    ],
)
def test_names_queues_and_arguments_tell_what_is_near(
    tmp_path: Path, name: str, words: list[str], expected: str
) -> None:
    files = (
        jobs("sync_a_job", "sync_b_job", "sync_c_job", options='queue: "x", retry: 7')
        | jobs(*(f"{letter}_job" for letter in "defghijkl"), options='queue: "x", retry: 3')
        | jobs("m_job", "n_job", "o_job", options='queue: "slow", retry: 8')
        | jobs("p_job", "q_job", "r_job", options='queue: "x", retry: 2', arguments="")
    )
    root = Repo(files=files).write(tmp_path)

    assert options(job(root, name, *words)).endswith(expected)


def test_where_the_nearest_do_not_agree_all_jobs_decide(tmp_path: Path) -> None:
    near = jobs("billing/a_job", options="retry: 1, queue: :a") | jobs("billing/b_job", options="queue: :b, retry: 2")
    near |= jobs("billing/c_job", options="retry: 4, queue: :c")
    root = Repo(files=near | MAILS).write(tmp_path)

    assert options(job(root, "Billing::Charge", "amount:integer")) == "sidekiq_options retry: 3, queue: :mails"


def test_a_job_has_no_vote_on_itself(tmp_path: Path) -> None:
    root = Repo(files=jobs("a_job", "b_job")).write(tmp_path)
    first = job(root, "SyncUser", "id:integer")

    assert options(first) == 'sidekiq_options queue: "default", retry: 5'
    assert job(root, "SyncUser", "id:integer") == first


@pytest.mark.parametrize(
    ("existing", "words", "expected"),
    [
        (jobs("a_job", "b_job", "c_job"), [], ""),
        (jobs("a_job", "b_job"), [], 'queue: "default", retry: 5'),  # a small sample
        (jobs("a_job", "b_job", "c_job"), ["--queue", "low"], 'queue: "low"'),
        (jobs("a_job", "b_job", "c_job"), ["--queue", "default", "--retry", "5"], "retry: 5"),
        (jobs("a_job", "b_job", "c_job", options='queue: "low"'), [], 'queue: "low"'),
        (jobs("a_job", "b_job", "c_job", options="queue: LOW"), [], 'queue: "default"'),  # computed: no vote
        (jobs("a_job", "b_job", "c_job", options="retry: 4"), [], "retry: 4"),
        (jobs("a_job", "b_job", "c_job", options="retry: 0"), [], "retry: 5"),
        (jobs("a_job", "b_job", "c_job"), ["--retry-for", "2h"], "retry_for: 2.hours.to_i"),
    ],
)
def test_a_job_is_silent_where_the_house_is(
    tmp_path: Path, existing: dict[str, str], words: list[str], expected: str
) -> None:
    text = job(Repo(files=existing).write(tmp_path), "SyncUser", "id:integer", *words)

    assert options(text) == (f"sidekiq_options {expected}" if expected else "")


def test_silence_needs_a_queue_that_is_served(tmp_path: Path) -> None:
    files = jobs("a_job", "b_job", "c_job") | {"config/sidekiq.yml": ":queues:\n  - low\n"}

    assert 'queue: "low"' in options(job(Repo(files=files).write(tmp_path), "SyncUser", "id:integer"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "retry: 0"),
        (["id:integer"], "retry: 5"),
        (["--backtrace", "20"], "retry: 5, backtrace: 20"),
        (["--discard-on", "Stripe::CardError"], "retry: 5"),
        (["--kind", "backfill", "--model", "User"], "retry: 5"),
    ],
)
def test_never_to_retry_is_taken_over_for_what_a_schedule_starts_again(
    tmp_path: Path, words: list[str], expected: str
) -> None:
    scheduled = jobs("a_job", "b_job", "c_job", options="retry: 0", arguments="")
    text = job(Repo(files=MODELS | scheduled).write(tmp_path), "PruneUsers", *words)

    assert expected in text


def test_a_namespace_gives_its_jobs_their_suffix(tmp_path: Path) -> None:
    scheduled = jobs(*(f"scheduler/{letter}_scheduler" for letter in "abc"))
    root = Repo(files=scheduled | jobs(*(f"{letter}_worker" for letter in "abcde"))).write(tmp_path)
    given = {"Scheduler::PruneUsers", "Scheduler::PruneUsersScheduler", "scheduler/prune_users_worker"}
    texts = {job(root, name) for name in given}

    assert len(texts) == 1
    assert "class Scheduler::PruneUsersScheduler\n" in texts.pop()
    assert "class PruneUsersWorker\n" in job(root, "PruneUsers")


def test_info_shows_the_evidence_and_what_namespaces_do_otherwise(tmp_path: Path) -> None:
    base = {
        "app/jobs/base_job.rb": "class BaseJob\n  include Sidekiq::Job\n  sidekiq_options queue: :low, retry: 3\nend\n"
    }
    heir = "class {name} < BaseJob\n{options}\n  def perform{arguments}\n  end\nend\n"
    files = base | jobs(*(f"{letter}_job" for letter in "abcdef"), text=heir) | CHARGES
    root = Repo(files=files).write(tmp_path)
    shown = sidekiq_gen(root, "info").out
    told = json.loads(sidekiq_gen(root, "info", "--json").out)["conventions"]

    assert "Base class          BaseJob, which sets the queue low, retry 3 (6 of 9 existing jobs)\n" in shown
    assert "Queue of a job      low, left unsaid (6 of 9 existing jobs)\n" in shown
    assert "Retries             left to BaseJob (6 of 9 existing jobs)\n" in shown
    assert "In Billing          base class: none (3 of 3 jobs most like it); queue of a job: money (3 of 3" in shown
    assert (told["queue"], told["retry"], told["base_class"]) == ("low", "default", "BaseJob")
    assert told["evidence"]["base_class"] == "6 of 9 existing jobs"
    assert told["namespaces"]["Billing"] == {"base_class": None, "queue": "money", "retry": 9}


WORKERS = "module Workers\n  class {name} < {base}\n    def perform(id)\n    end\n  end\nend\n"


@pytest.mark.parametrize(
    ("written", "name", "expected"),
    [
        ("Base", "Workers::SyncUser", "  class SyncUser < Base\n"),
        ("Workers::Base", "Workers::SyncUser", "  class SyncUser < Workers::Base\n"),
        ("Base", "SyncUser", "class SyncUser < Workers::Base\n"),  # not inside of the namespace
    ],
)
def test_a_base_class_is_spelled_as_its_heirs_do(tmp_path: Path, written: str, name: str, expected: str) -> None:
    base = "module Workers\n  class Base\n    include Sidekiq::Job\n  end\nend\n"
    heirs = {f"app/jobs/workers/{one.lower()}.rb": WORKERS.format(name=one, base=written) for one in "ABC"}
    root = Repo(comment=False, files={"app/jobs/workers/base.rb": base} | heirs).write(tmp_path)

    assert expected in job(root, name, "id:integer")


def test_what_a_base_class_inherits_and_includes_is_not_said_again(tmp_path: Path) -> None:
    files = {
        "app/jobs/base_job.rb": "class BaseJob\n  include Sidekiq::Job\n  sidekiq_options retry: 3\nend\n",
        "app/jobs/mail_base_job.rb": "class MailBaseJob < BaseJob\n  include Slow\nend\n",
        "app/jobs/concerns/slow.rb": "module Slow\n  included do\n    sidekiq_options queue: :slow\n  end\nend\n",
    } | jobs("a_job", "b_job", text="class {name} < MailBaseJob\n{options}\n  def perform{arguments}\n  end\nend\n")
    text = job(Repo(files=files).write(tmp_path), "SyncUser", "id:integer")

    assert "class SyncUserJob < MailBaseJob\n  def perform(id)\n" in text


def test_a_base_class_that_never_retries_is_for_what_a_schedule_starts_again(tmp_path: Path) -> None:
    heir = "class {name} < ScheduledJob\n{options}\n  def perform{arguments}\n  end\nend\n"
    base = "class ScheduledJob\n  include Sidekiq::Job\n  sidekiq_options retry: false\nend\n"
    files = MODELS | {"app/jobs/scheduled_job.rb": base} | jobs("a_job", "b_job", "c_job", arguments="", text=heir)
    root = Repo(files=files).write(tmp_path)

    assert "class PruneUsersJob < ScheduledJob\n" in job(root, "PruneUsers", "--kind", "plain")
    assert "ScheduledJob" not in job(root, "FillUsers", "--kind", "backfill", "--model", "User")
    assert "ScheduledJob" not in job(root, "SyncUser", "id:integer")


@pytest.mark.parametrize("peers", [0, 1, 2])
def test_silence_of_jobs_without_arguments_confirms_that_of_too_few(tmp_path: Path, peers: int) -> None:
    files = jobs("a_job", "b_job", "c_job", arguments="") | jobs(*("d_job", "e_job")[:peers])
    text = job(Repo(files=files).write(tmp_path), "SyncUser", "id:integer")

    assert options(text) == ("" if peers else "sidekiq_options retry: 5")


def test_a_job_without_arguments_is_silent_where_all_jobs_are_that_have_some(tmp_path: Path) -> None:
    root = Repo(files=MODELS | jobs("a_job", "b_job", "c_job")).write(tmp_path)

    assert options(job(root, "SweepLeftovers", "--kind", "plain")) == ""
    assert options(job(root, "FillUsers", "--kind", "backfill", "--model", "User")) == ""


LOGS = "class {name}\n  include Sidekiq::Job\n{options}\n  def perform{arguments}\n    LOGGER.info(id)\n  end\nend\n"


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
@pytest.mark.parametrize("logger", ["Rails.logger", "Sidekiq.logger"])
def test_a_job_logs_with_what_most_jobs_log_with(tmp_path: Path, logger: str, framework: str) -> None:
    files = MODELS | jobs("a_job", "b_job", "c_job", text=LOGS.replace("LOGGER", logger)) | jobs("d_job", "e_job")
    root = Repo(rspec=framework == "rspec", files=files).write(tmp_path)
    words = ["SyncUser", "user:record", "--on-missing", "log", "--no-input", "--json", "--discard-on", "Gone"]
    told = json.loads(sidekiq_gen(root, "job", *words).out)
    text, spec = ((root / file["path"]).read_text(encoding="utf-8") for file in told["files"])
    stubs = {
        "rspec": f"allow({logger}).to receive(:warn)",
        "minitest": f"{logger.split('.', maxsplit=1)[0]}.stub(:logger, Logger",
    }

    assert f"return {logger}.warn(" in text
    assert stubs[framework] in spec
    assert "job.logger" not in spec
    assert "existing jobs)" in sidekiq_gen(root, "info").out.partition("Logs with")[2].partition("\n")[0]


def test_a_context_for_the_log_needs_sidekiqs_logger(tmp_path: Path) -> None:
    files = MODELS | jobs("a_job", "b_job", "c_job", text=LOGS.replace("LOGGER", "Rails.logger"))
    text = job(Repo(files=files).write(tmp_path), "SyncUser", "user:record", "--log-context", "--on-missing", "log")

    assert "return logger.warn(" in text


def test_two_jobs_that_log_are_a_small_sample(tmp_path: Path) -> None:
    files = MODELS | jobs("a_job", "b_job", text=LOGS.replace("LOGGER", "Rails.logger"))

    assert "return logger.warn(" in job(Repo(files=files).write(tmp_path), "SyncUser", "user:record")


RESCUES = (
    "class {name}\n  include Sidekiq::Job\n{options}\n  def perform{arguments}\n    User.find(id)\n"
    "  rescue ActiveRecord::RecordNotFound\n    true\n  end\nend\n"
)
GUARDS = RESCUES.replace("User.find(id)", "User.find_by(id: id)").replace("  rescue ActiveRecord::RecordNotFound\n", "")
RESCUED = (
    "    user = User.find(user_id)\n\n    sync_user(user)\n  rescue ActiveRecord::RecordNotFound\n    logger.warn("
)


@pytest.mark.parametrize(
    ("files", "words", "rescued"),
    [
        (jobs("a_job", "b_job", "c_job", text=RESCUES), [], True),
        (jobs("a_job", "b_job", text=RESCUES), [], False),  # a small sample
        (jobs("a_job", "b_job", "c_job", text=GUARDS) | jobs("d_job", text=RESCUES), [], False),
        (jobs("a_job", "b_job", "c_job", text=RESCUES), ["--row-lock"], False),
        (jobs("a_job", "b_job", "c_job", text=RESCUES), ["--discard-on", "ActiveRecord::Deadlocked"], False),
        (jobs("a_job", "b_job", "c_job", text=RESCUES), ["--discard-on", "Gone"], True),
        (jobs("a_job", "b_job", "c_job", text=RESCUES), ["--on-missing", "retry"], False),
    ],
)
def test_a_record_is_looked_up_as_most_jobs_do(
    tmp_path: Path, files: dict[str, str], words: list[str], *, rescued: bool
) -> None:
    root = Repo(files=MODELS | files).write(tmp_path)
    told = json.loads(sidekiq_gen(root, "job", "SyncUser", "user:record", *words, "--no-input", "--json").out)
    text, spec = ((root / file["path"]).read_text(encoding="utf-8") for file in told["files"])

    assert (RESCUED in text) is rescued
    assert ("rescues-not-found" in {notice["code"] for notice in told["notices"]}) is rescued
    assert not rescued or ("receive(:find) { |key|" in spec and "with(/no User/)" in spec)


LOCKING = (
    "class {name}\n  include Sidekiq::Job\n{options}\n  def perform{arguments}\n    CALL do\n    end\n  end\nend\n"
)


@pytest.mark.parametrize(
    ("call", "helper"),
    [
        ("run_with_advisory_lock(User, id)", "run_with_advisory_lock"),
        ("ApplicationRecord.with_advisory_lock(id)", "with_advisory_lock"),
        ("with_redis_lock(id)", "with_redis_lock"),
        ("user.with_lock", None),
        ("def with_own_lock(id) = id\n    with_own_lock(id)", None),
    ],
)
def test_a_lock_of_the_house_is_named_beside_that_of_the_job(tmp_path: Path, call: str, helper: str | None) -> None:
    files = MODELS | jobs("a_job", "b_job", text=LOCKING.replace("CALL", call)) | jobs("c_job")
    words = ["job", "SyncUser", "user:record", "--advisory-lock", "--no-input", "--json", "--pretend"]
    told = json.loads(sidekiq_gen(Repo(files=files).write(tmp_path), *words).out)["notices"]
    said = [one["message"] for one in told if one["code"] == "house-lock"]

    assert [one.startswith(f"2 of 3 existing jobs lock with {helper}.") for one in said] == ([True] if helper else [])


def test_a_job_names_its_queue_where_most_jobs_name_one_and_none_is_usual(tmp_path: Path) -> None:
    named = [jobs(f"{letter}_job", options=f"queue: :{letter}") for letter in "abcde"]
    files = {path: text for one in (*named, jobs("f_job", "g_job", "h_job")) for path, text in one.items()}
    text = job(Repo(files=files).write(tmp_path), "SyncUser", "id:integer")

    assert options(text) == "sidekiq_options queue: :default"


@pytest.mark.parametrize("namespaces", [(), ("Billing",), ("Other",)])
@pytest.mark.parametrize("words", [("a",), ("charge",), ("a", "charge"), ("d", "e"), ("x", "y", "z")])
@pytest.mark.parametrize("takes_arguments", [True, False])
def test_jobs_that_differ_in_unknown_words_alone_are_written_alike(
    tmp_path: Path, namespaces: tuple[str, ...], words: tuple[str, ...], *, takes_arguments: bool
) -> None:
    app = detect_project(Where(root=Repo(files=CHARGES | MAILS).write(tmp_path)), tmp_path).app
    new = NewJob(namespaces, words, takes_arguments)

    assert app.conventions_for(new) == app.votes_for(new)
    unknown = replace(new, words=(*words, "first"))
    assert app.conventions_for(unknown) is app.conventions_for(replace(new, words=(*words, "second")))
    assert app.conventions_for(unknown) == app.votes_for(unknown)


def test_a_job_beside_one_that_has_only_its_known_words_is_not_taken_for_it(tmp_path: Path) -> None:
    new = NewJob((), ("a", "thing"), takes_arguments=True)
    app = detect_project(Where(root=Repo(files=jobs("a_job")).write(tmp_path)), tmp_path).app

    known = new.among(frozenset({"a", "job"}))

    assert known.words == ("a", UNKNOWN)
    assert Peers(app.job_files).own(known) == Peers(app.job_files).own(new) == ()


def many_jobs(seed: int) -> dict[str, str]:
    """Forty jobs whose habits are mixed at random, several of them alike."""
    chance = random.Random(seed)  # noqa: S311 - the same jobs each time
    files: dict[str, str] = {}
    for number in range(40):
        place = chance.choice(["", "billing/", "mail/"])
        name = f"{place}{chance.choice(['charge', 'send', 'a'])}_{number}_{chance.choice(['job', 'job', 'worker'])}"
        options = chance.choice(["queue: :money, retry: 9", "retry: 3", 'queue: "low"', "", "retry: false"])
        arguments = chance.choice(["(id)", "(id)", ""])
        found = jobs(name, options=options, arguments=arguments)
        files |= {path: chance.choice(["", "# frozen_string_literal: true\n\n"]) + text for path, text in found.items()}
    return files


@pytest.mark.parametrize("seed", range(3))
def test_a_job_that_is_there_is_written_as_if_it_alone_had_been_voted_on(tmp_path: Path, seed: int) -> None:
    root = Repo(files=many_jobs(seed)).write(tmp_path)
    app, fresh = (detect_project(Where(root=root), tmp_path).app for _ in range(2))
    there = [
        NewJob(
            one.namespaces, tuple(one.stem.split("_")[:-1]), one.takes_arguments, one.queue.name if one.queue else ""
        )
        for one in app.job_files
    ]
    assert [len(Peers(app.job_files).own(new)) for new in there] == [1] * 40

    outcomes = [app.conventions_for(new) for new in there]

    assert outcomes == [fresh.votes_for(new) for new in there]
    assert 1 < len(set(map(id, outcomes))) < 40
    for job in app.job_files:
        others = [one for one in app.job_files if one.path != job.path]
        alone = read_layout(ballots(app.repo, others), app.rules, "app/jobs/any_job.rb")
        assert app.style_for(app.conventions, job_path=job.path).layout == alone.style
