"""``destroy job`` removes what ``job`` has written, as far as nobody has changed it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.command import sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB, SPEC = "app/jobs/process_order_job.rb", "spec/jobs/process_order_job_spec.rb"


def everything(root: Path) -> set[str]:
    """Files and folders."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


def document(root: Path, *words: str, status: int = 0) -> dict[str, Any]:
    done = sidekiq_gen(root, *words, "--json")
    assert done.status == status, done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def codes(told: dict[str, Any]) -> list[str]:
    return [one["code"] for one in told["notices"]]


@pytest.mark.parametrize(
    "line",
    [
        "ProcessOrder",
        "billing/ChargeOrder --model Order --check-then-act charged_at --advisory-lock --idempotency-key",
        "ChargeOrders --kind fan-out --model Order --check-then-act charged_at",
        "SweepOrders --kind claim --model Order --check-then-act swept_at --migration",
        "Sync since:date --kind plain --dir app/workers --queue low --retry 3 --log-context",
        "ProcessOrder --base active-job",
        "ProcessOrder --test minitest",
    ],
)
def test_the_same_options_undo_all_of_it(tmp_path: Path, line: str) -> None:
    root = Repo().write(tmp_path)
    before, folders = tree(root), everything(root)
    written = document(root, "job", *line.split())
    assert tree(root) != before

    told = document(root, "destroy", "job", *line.split())

    assert told["files"] == [{"path": file["path"], "status": "remove"} for file in written["files"]]
    assert (told["command"], told["class_name"]) == ("destroy", written["class_name"])
    assert (tree(root), everything(root)) == (before, folders)
    again = document(root, "destroy", "job", *line.split())
    assert (again["files"], codes(again)[-1]) == ([], "nothing-to-remove")


def test_the_line_that_is_told_does_it_too(tmp_path: Path) -> None:
    root = Repo().write(tmp_path / "repo")
    before = tree(root)
    document(root, "job", "ChargeOrder", "--row-lock")
    copy = shutil.copytree(root, tmp_path / "copy")

    line = document(root, "destroy", "job", "ChargeOrder", "--row-lock", "--force")["command_line"]

    assert line == "sidekiq-gen destroy job ChargeOrder --model Order --row-lock --force --no-input"
    assert sidekiq_gen(copy, *line.split()[1:]).status == 0
    assert tree(copy) == before


def test_statuses_and_a_dry_run(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")
    before = tree(root)

    dry = sidekiq_gen(root, "destroy", "job", "ProcessOrder", "--dry-run")
    assert dry.status == 0
    assert dry.out.startswith(f"      remove  {JOB}\n--- {JOB} (now)\n+++ /dev/null\n@@ -1,")
    assert tree(root) == before
    pretended = document(root, "destroy", "job", "ProcessOrder", "-n")["files"][0]
    assert set(pretended) == {"path", "status", "diff"}

    done = sidekiq_gen(root, "destroy", "job", "ProcessOrder")
    assert (done.status, done.out) == (0, f"      remove  {JOB}\n      remove  {SPEC}\n")
    assert "notice  Jobs of ProcessOrderJob that are still enqueued" in done.err


@pytest.mark.parametrize("words", [("ProcessOrder",), ("ProcessOrder", "--row-lock", "--log-context")])
def test_what_is_not_known_to_be_unchanged_is_not_removed(tmp_path: Path, words: tuple[str, ...]) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder", "--row-lock")
    for path in (JOB, SPEC):
        (root / path).write_text("# mine\n", encoding="utf-8")
    before = tree(root)

    refused = document(root, "destroy", "job", *words, status=3)

    assert refused["error"]["code"] == "conflict"
    assert refused["error"]["message"] == f"Not what would be written with these options: {JOB}, {SPEC}."
    assert "Give the options that it was written with" in refused["error"]["hint"]
    assert refused["files"] == [{"path": JOB, "status": "conflict"}, {"path": SPEC, "status": "conflict"}]
    assert tree(root) == before


@pytest.mark.parametrize(
    ("flags", "statuses", "left"),
    [
        (("--force",), ["remove", "remove"], set()),
        (("--skip",), ["skip", "remove"], {JOB}),
        (("--keep", JOB), ["skip", "remove"], {JOB}),
        (("--overwrite", JOB), ["remove", "remove"], set()),
        (("--force", "--keep", SPEC), ["remove", "remove"], set()),
    ],
)
def test_an_edited_file(tmp_path: Path, flags: tuple[str, ...], statuses: list[str], left: set[str]) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")
    (root / JOB).write_text("# mine\n", encoding="utf-8")

    told = document(root, "destroy", "job", "ProcessOrder", *flags)

    assert [file["status"] for file in told["files"]] == statuses
    assert {path for path in (JOB, SPEC) if (root / path).exists()} == left
    assert ("jobs-in-redis" in codes(told)) == (not left)


def test_the_line_ends_of_a_checkout_are_no_change(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")
    (root / JOB).write_bytes((root / JOB).read_bytes().replace(b"\n", b"\r\n"))

    assert document(root, "destroy", "job", "ProcessOrder")["files"][0] == {"path": JOB, "status": "remove"}


def test_other_files_and_their_folders_stay(tmp_path: Path) -> None:
    other = {"app/jobs/billing/.keep": "", "spec/jobs/billing/other_spec.rb": ""}
    root = Repo(files=other).write(tmp_path)
    folders = everything(root)
    sidekiq_gen(root, "job", "billing/ProcessOrder")

    assert sidekiq_gen(root, "destroy", "job", "billing/ProcessOrder").status == 0
    assert everything(root) == folders


def test_what_a_fan_out_enqueues_stays_where_it_was_changed(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    line = ("ChargeOrders", "--kind", "fan-out", "--model", "Order")
    written = [file["path"] for file in document(root, "job", *line)["files"]]
    child = root / written[2]
    child.write_text("# mine\n", encoding="utf-8")

    told = document(root, "destroy", "job", *line, "--force")

    assert [file["path"] for file in told["files"]] == written[:2]
    assert "child-kept" in codes(told)
    assert child.read_text(encoding="utf-8") == "# mine\n"


def test_a_migration_that_has_run_stays(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    line = ("ChargeOrder", "--check-then-act", "mailed_at", "--migration")
    migration = document(root, "job", *line)["files"][2]["path"]
    schema = root / "db/schema.rb"
    charged = '    t.datetime "charged_at"\n'
    schema.write_text(schema.read_text().replace(charged, charged + charged.replace("charged", "mailed")))

    told = document(root, "destroy", "job", *line)

    assert [file["status"] for file in told["files"]] == ["remove", "remove"]
    assert (root / migration).exists()


def test_a_job_is_found_in_the_folder_that_was_named_for_it(tmp_path: Path) -> None:
    others = {f"app/jobs/{x}_job.rb": f"class {x.title()}Job\n  include Sidekiq::Job\nend\n" for x in ("one", "two")}
    root = Repo(files=others).write(tmp_path)
    before = tree(root)
    sidekiq_gen(root, "job", "ProcessOrder", "--dir", "app/workers")

    told = document(root, "destroy", "job", "ProcessOrder")

    assert told["files"][0] == {"path": "app/workers/process_order_job.rb", "status": "remove"}
    assert tree(root) == before
    assert "--dir app/workers" in told["command_line"]


def test_a_class_in_another_file_is_not_touched(tmp_path: Path) -> None:
    files = {"app/jobs/all_of_them_job.rb": "class ProcessOrderJob\n  include Sidekiq::Job\nend\n"}
    root = Repo(files=files).write(tmp_path)
    before = tree(root)

    refused = document(root, "destroy", "job", "ProcessOrder", status=1)

    assert refused["error"]["code"] == "class-exists"
    assert tree(root) == before


def test_who_still_names_the_class_is_told(tmp_path: Path) -> None:
    files = {
        "app/services/a.rb": "class A\n  def call = ProcessOrderJob.perform_async(1)\nend\n",
        "app/services/b.rb": "class B\n  def call = Billing::ProcessOrderJob.perform_async + ProcessOrderJobs\nend\n",
        "config/schedule.yml": "every: ProcessOrderJob\n",
    }
    root = replace(Repo(), files=files).write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")

    told = document(root, "destroy", "job", "ProcessOrder", "--pretend")

    named = next(one["message"] for one in told["notices"] if one["code"] == "still-named")
    assert named == "ProcessOrderJob is still named in app/services/a.rb, config/schedule.yml."


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("destroy",), 2, "job"),
        (("destroy", "nope", "ProcessOrder"), 2, "nope"),
        (("destroy", "job"), 2, "The NAME of the job is missing."),
        (("destroy", "job", "class"), 2, "class"),
        (("destroy", "job", "ProcessOrder", "--force", "--skip"), 2, "contradict"),
        (("destroy", "job", "ProcessOrder", "--sidekiq-version", "5.2.9"), 1, "5.2.9"),
    ],
)
def test_what_cannot_be_undone(tmp_path: Path, words: tuple[str, ...], status: int, message: str) -> None:
    root = Repo().write(tmp_path)

    done = sidekiq_gen(root, *words)

    assert (done.status, done.out) == (status, "")
    assert message in done.err
