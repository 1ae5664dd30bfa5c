"""A list of jobs: written as each of them would be alone, as one change, or refused with every line that is wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen import reading
from sidekiq_gen.job.listed import MOST_FAULTS
from sidekiq_gen.toml import ListedTables
from support.command import sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Finished

JOBS = """
[defaults]
queue = "low"
advisory-lock = true
lock-scope = "session"

[[job]]
name = "ProcessOrder"
model = "Order"
check-then-act = "charged_at"

[[job]]
name = "billing/sync_invoices"
arguments = ["since:date"]
advisory-lock = false
retry = 3

[[job]]
name = "ArchiveOrders"
kind = "backfill"
model = "Order"
queue = "archive"
"""
ALONE = (
    "job ProcessOrder --model Order --check-then-act charged_at --queue low --advisory-lock --lock-scope session",
    "job billing/sync_invoices since:date --retry 3 --queue low",
    "job ArchiveOrders --kind backfill --model Order --queue archive",
)


def from_list(root: Path, text: str, *flags: str) -> Finished:
    """Write the list beside the root, and run it."""
    file = root.parent / "jobs.toml"
    file.write_text(text, encoding="utf-8")
    return sidekiq_gen(root, "job", "--from", str(file), *flags)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Repo().write(tmp_path / "repo")


def without_lock_for_backfill(text: str) -> str:
    return text.replace('queue = "archive"', 'queue = "archive"\nadvisory-lock = false')


def test_each_is_written_as_it_would_be_alone(tmp_path: Path, root: Path) -> None:
    alone = Repo().write(tmp_path / "alone")
    for line in ALONE:
        assert sidekiq_gen(alone, *line.split(), "--no-input").status == 0

    done = from_list(root, without_lock_for_backfill(JOBS))

    assert done.status == 0, done.err
    assert {path: text for path, text in tree(root).items() if "/jobs/" in path} == {
        path: text for path, text in tree(alone).items() if "/jobs/" in path
    }
    assert done.out.splitlines() == [
        "      create  app/jobs/process_order_job.rb",
        "      create  spec/jobs/process_order_job_spec.rb",
        "      create  app/jobs/billing/sync_invoices_job.rb",
        "      create  spec/jobs/billing/sync_invoices_job_spec.rb",
        "      create  app/jobs/archive_orders_job.rb",
        "      create  spec/jobs/archive_orders_job_spec.rb",
    ]


def test_the_command_line_of_each_gives_the_same(tmp_path: Path, root: Path) -> None:
    alone = Repo().write(tmp_path / "alone")

    told = json.loads(from_list(root, without_lock_for_backfill(JOBS), "--json").out)

    assert [job["class_name"] for job in told["jobs"]] == [
        "ProcessOrderJob",
        "Billing::SyncInvoicesJob",
        "ArchiveOrdersJob",
    ]
    assert re.fullmatch(r"sidekiq-gen job --from \S+/jobs\.toml --no-input", told["command_line"])
    for job in told["jobs"]:
        assert sidekiq_gen(alone, *job["command_line"].split()[1:]).status == 0
        assert {item["name"] for item in job["checklist"]} >= {"idempotent", "tested"}
    assert tree(alone) == tree(root)


def test_a_list_can_come_from_standard_input(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sidekiq_gen", "job", "--from", "-"],
        cwd=root,
        input=b'[[job]]\nname = "ProcessOrder"\n',
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (root / "app/jobs/process_order_job.rb").is_file()


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("", 2, ["jobs.toml: There is no job in it."]),
        ("job = []", 2, ["There is no job in it."]),
        ('[job]\nname = "A"', 2, ["job is one table, and not a list of them.", "Write [[job]]"]),
        ("job = 1", 2, ["job is not a list of tables."]),
        ("job = [1]", 2, ["jobs.toml, job 1: It is not a table."]),
        (
            '[[jobs]]\nname = "A"',
            2,
            ["There is no table or key jobs in it. Did you mean job?", "There is no job in it."],
        ),
        ('defaults = 1\n[[job]]\nname = "Sync"', 2, ["defaults is not a table."]),
        ("[[job]]\n", 2, ["jobs.toml, line 1: The job has no name.", 'name = "ProcessOrder"']),
        ('[[job]]\nname = ""', 2, ["line 1"]),
        ("[[job]]\nname = 5", 2, ["line 2: name = 5 makes no sense.", "It takes a text."]),
        ('[[job]]\nname = "Sync"\narguments = "a:date"', 2, ["line 3: arguments", 'It takes a list of texts, ["..."]']),
        ('[[job]]\nname = "Sync"\nquue = "low"', 2, ["line 3: [[job]] has no key quue.", "Did you mean queue?"]),
        (
            '[[job]]\nname = "Sync"\nadvisory_lock = true',
            2,
            ["has no key advisory_lock.", "Did you mean advisory-lock?"],
        ),
        ('[[job]]\nname = "Sync"\non-locked = "wait"', 2, ['on-locked = "wait" makes no sense', '"skip" or "retry"']),
        ('[[job]]\nname = "Sync"\nretry = [1]', 2, ["retry = [...] makes no sense"]),
        ('[defaults]\nqueu = "low"\n[[job]]\nname = "Sync"', 2, ["jobs.toml: [defaults] has no key queu.", "queue"]),
        ('[defaults]\nwithout = ["unique"]\n[[job]]\nname = "Sync"', 2, ["[defaults] has no key without."]),
        ("[[job]\n", 2, ["jobs.toml, line 1: It is no TOML:"]),
        ('[[job]]\nname = "a+b"', 2, ["jobs.toml, line 1, \"a+b\": 'a+b' cannot become the name of a Ruby class."]),
        ('[[job]]\nname = "Sync"\nthrottle = "1/2"', 1, ["jobs.toml, line 1, Sync: ", "sidekiq-throttled"]),
        ('[[job]]\nname = "Sync"\non-locked = "skip"', 2, ["line 1, Sync: --on-locked needs --advisory-lock."]),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(root: Path, text: str, status: int, said: list[str]) -> None:
    before = tree(root)

    done = from_list(root, text)

    assert done.status == status
    assert [one for one in said if one not in re.sub(r"\n +", " ", done.err)] == []
    assert "Traceback" not in done.err
    assert tree(root) == before


def test_everything_that_is_wrong_is_named_at_once(root: Path) -> None:
    text = (
        '[[job]]\nname = "Sync"\nqueu = "low"\n\n[[job]]\n\n# [[job]]\n[[job]]\nname = """\n[[job]]\nx"""\nretry = []\n'
    )

    done = from_list(root, text)

    assert done.status == 2
    assert re.findall(r"jobs\.toml, line (\d+)", done.err) == ["3", "5", "12"]


def test_every_job_that_cannot_be_had_is_named_and_none_is_written(root: Path) -> None:
    before = tree(root)

    done = from_list(
        root, '[[job]]\nname="A1"\nthrottle="1/2"\n[[job]]\nname="B1"\n[[job]]\nname="C1"\nthrottle="1/2"\n', "--json"
    )

    error = json.loads(done.out)["error"]
    assert done.status == 1
    assert error["code"] == "invalid-jobs"
    assert re.findall(r"line (\d+), (\w+):", error["message"]) == [("1", "A1"), ("6", "C1")]
    assert tree(root) == before


def test_a_long_list_of_faults_is_cut(root: Path) -> None:
    done = from_list(root, "[[job]]\n" * (MOST_FAULTS + 3))

    assert done.err.count("The job has no name.") == MOST_FAULTS
    assert "... and 3 more" in done.err


@pytest.mark.parametrize("other", ["ProcessOrder", "ProcessOrderJob", "process_order"])
def test_two_jobs_of_one_name_are_refused_even_with_force(root: Path, other: str) -> None:
    done = from_list(root, f'[[job]]\nname = "ProcessOrder"\n\n[[job]]\nname = "{other}"\n', "--force")

    assert done.status == 1
    assert f"jobs.toml, line 4, {other}: ProcessOrderJob is in the list twice" in done.err
    assert "jobs.toml, line 1 as well" in done.err
    assert not (root / "app/jobs").exists()


@pytest.mark.parametrize(
    ("typed", "named"), [(("ProcessOrder",), "NAME"), (("--queue", "low"), "--queue"), (("--row-lock",), "--row-lock")]
)
def test_flags_of_one_job_are_refused_beside_it(root: Path, typed: tuple[str, ...], named: str) -> None:
    done = from_list(root, '[[job]]\nname = "Sync"\n', *typed)

    assert done.status == 2
    assert named in done.err
    assert "[defaults]" in done.err


@pytest.mark.parametrize("file", ["missing.toml", "folder"])
def test_a_list_that_cannot_be_read_is_refused(root: Path, file: str) -> None:
    (root / "folder").mkdir()

    done = sidekiq_gen(root, "job", "--from", file, "--json")

    assert done.status == 1
    assert json.loads(done.out)["error"]["code"] == "list-unreadable"


def test_conflicts_are_decided_for_all(root: Path) -> None:
    text = '[[job]]\nname = "ProcessOrder"\n\n[[job]]\nname = "Sync"\n'
    target = root / "app/jobs/sync_job.rb"
    target.parent.mkdir()
    target.write_text("mine", encoding="utf-8")

    conflict, pretended = from_list(root, text), from_list(root, text, "--pretend")
    assert (conflict.status, pretended.status) == (3, 0)
    assert "app/jobs/sync_job.rb" in conflict.err
    assert not (root / "app/jobs/process_order_job.rb").exists()

    skipped = from_list(root, text, "--skip")
    assert skipped.status == 0
    assert target.read_text(encoding="utf-8") == "mine"
    assert (root / "app/jobs/process_order_job.rb").is_file()

    forced = from_list(root, text, "--force", "--quiet")
    assert (forced.status, forced.out) == (0, "")
    assert "class SyncJob" in target.read_text(encoding="utf-8")


def test_a_switch_that_is_false_leaves_out_what_the_settings_set(root: Path) -> None:
    (root / ".sidekiq-gen.toml").write_text("[job]\nlog-context = true\n", encoding="utf-8")

    text = '[[job]]\nname = "One"\nlog-context = false\n\n[[job]]\nname = "Two"\nmodel = "Order"\n'

    done = from_list(root, text, "--json")

    assert done.status == 0, done.err
    assert [job["command_line"].split()[2:] for job in json.loads(done.out)["jobs"]] == [
        ["One", "--without", "log-context", "--no-input"],
        ["Two", "--model", "Order", "--log-context", "--no-input"],
    ]
    one, two = ((root / f"app/jobs/{name}_job.rb").read_text(encoding="utf-8") for name in ("one", "two"))
    assert ("Sidekiq::Context" in one, "Sidekiq::Context" in two) == (False, True)


def test_a_refusal_names_the_line_of_the_settings_as_well(root: Path) -> None:
    (root / ".sidekiq-gen.toml").write_text('[job]\nthrottle = "1/2"\n', encoding="utf-8")

    done = from_list(root, '[[job]]\nname = "One"\n')

    assert "jobs.toml, line 1, One: " in done.err
    assert ".sidekiq-gen.toml, line 2, sets throttle" in done.err


def test_a_job_of_the_list_is_what_a_fan_out_of_it_enqueues(root: Path) -> None:
    text = (
        '[[job]]\nname = "ChargeOrders"\nkind = "fan-out"\nmodel = "Order"\nchild = "ChargeOrder"\n\n'
        '[[job]]\nname = "ChargeOrder"\nmodel = "Order"\nrow-lock = true\n'
    )

    done = from_list(root, text)

    assert done.status == 0, done.err
    assert "ChargeOrdersJob: ChargeOrderJob already exists" in done.err
    assert "with_lock" in (root / "app/jobs/charge_order_job.rb").read_text(encoding="utf-8")
    assert done.out.count("charge_order_job.rb") == 1


def test_safeguards_for_a_child_that_the_list_has_itself_are_refused(root: Path) -> None:
    text = (
        '[[job]]\nname = "ChargeOrders"\nkind = "fan-out"\nmodel = "Order"\nchild = "ChargeOrder"\nrow-lock = true\n'
        '[[job]]\nname = "ChargeOrder"\nmodel = "Order"\n'
    )

    done = from_list(root, text)

    assert done.status == 1
    assert "line 1, ChargeOrders: ChargeOrderJob already exists" in done.err


def test_two_fan_outs_share_a_child_that_is_the_same(root: Path) -> None:
    table = '[[job]]\nname = "{}"\nkind = "fan-out"\nmodel = "Order"\nchild = "ChargeOrder"\n{}'
    same, other = table.format("ChargeOrders", ""), table.format("BillOrders", "")

    done = from_list(root, same + other)
    differing = from_list(root, same + table.format("BillOrders", "row-lock = true\n"), "--force")

    assert done.status == 0, done.err
    assert done.out.count("charge_order_job.rb") == 1
    assert differing.status == 1
    assert "app/jobs/charge_order_job.rb would be written for jobs.toml, line 1 as well" in differing.err.replace(
        str(root.parent) + "/", ""
    )


def test_a_column_is_added_once_and_each_migration_has_a_version_of_its_own(root: Path) -> None:
    text = "".join(
        f'[[job]]\nname = "{name}"\nmodel = "Order"\ncheck-then-act = "{column}"\nmigration = true\n'
        for name, column in (("One", "sent_at"), ("Two", "sent_at"), ("Three", "filed_at"))
    )

    done = from_list(root, text)

    assert done.status == 0, done.err
    names = sorted(path.name for path in (root / "db/migrate").iterdir())
    assert [name.partition("_")[2] for name in names] == ["add_sent_at_to_orders.rb", "add_filed_at_to_orders.rb"]
    assert len({name.partition("_")[0] for name in names}) == 2
    assert "TwoJob: The schema and the migrations of the other jobs have all" in done.err


def test_a_column_that_two_jobs_want_otherwise_is_refused(root: Path) -> None:
    table = '[[job]]\nname = "{}"\nmodel = "Order"\ncheck-then-act = "{}"\nmigration = true\n'

    done = from_list(root, table.format("One", "done_mark=false:true") + table.format("Two", "done_mark=a:b"))

    assert done.status == 1
    assert "Two: db/migrate/" in done.err
    assert "adds a column done_mark of another type or default" in done.err


def test_what_holds_for_several_jobs_is_said_once(root: Path) -> None:
    one = '[[job]]\nname = "{}"\nmodel = "Nobody"\n'

    done = from_list(root, one.format("A1") + one.format("B1") + '[[job]]\nname = "C1"\n', "--json")

    found = [notice["message"] for notice in json.loads(done.out)["notices"] if notice["code"] == "model-not-found"]
    assert found == ["2 jobs, A1Job the first of them: No file in app/models defines Nobody."]


def test_active_job_classes_and_jobs_stand_in_one_list(root: Path) -> None:
    done = from_list(root, '[[job]]\nname = "One"\nbase = "active-job"\n[[job]]\nname = "Two"\n')

    assert done.status == 0, done.err
    one, two = ((root / f"app/jobs/{name}_job.rb").read_text(encoding="utf-8") for name in ("one", "two"))
    assert "< ActiveJob::Base" in one
    assert "include Sidekiq::Job" in two


def test_a_longer_list_reads_no_more_files_and_lists_no_more_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, scan = reading.read_regular, os.scandir
    seen: Counter[str] = Counter()

    def counting_read(path: Path | str, *rest: Any, **named: Any) -> bytes:
        seen["read"] += 1
        return read(path, *rest, **named)

    def counting_scan(path: str) -> Any:
        seen["listed"] += 1
        return scan(path)

    def run(count: int) -> dict[str, int]:
        root = Repo().write(tmp_path / str(count) / "repo")
        seen.clear()
        done = from_list(root, "".join(tables[number % 2].format(number) for number in range(count)), "--pretend")
        assert done.status == 0, done.err
        return dict(seen)

    monkeypatch.setattr(reading, "read_regular", counting_read)
    monkeypatch.setattr(os, "scandir", counting_scan)
    tables = (
        '[[job]]\nname = "Thing{}"\nmodel = "Order"\ncheck-then-act = "charged_at"\n',
        """[[job]]
name = "Billing::Thing{}"
arguments = ["customer_token", "total_cents:integer"]
calls = "PaymentGateway.charge"
discard-on = ["PaymentGateway::CardDeclined"]
""",
    )
    run(2)  # what the process itself reads once

    assert run(4) == run(24)


def test_lines_are_found_as_far_as_they_are_plain() -> None:
    tables = ListedTables("[[ job ]]\n  'a' = 1\n[job.x]\nb = 1\n[[\"job\"]] # two\n", "job")

    assert [tables.line(0), tables.line(0, "a"), tables.line(0, "b"), tables.line(1), tables.line(2)] == [
        1,
        2,
        1,
        5,
        None,
    ]


def test_without_standard_input_a_list_is_refused(root: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m sidekiq_gen job --from - <&-"],
        cwd=root,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1
    assert b"Standard input" in done.stderr
