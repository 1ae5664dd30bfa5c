"""`check --against REF`: what is read of git, what is not, and what counts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.deploys import git as deploys_git
from sidekiq_gen.deploys.against import compare
from sidekiq_gen.deploys.past import PastRepo
from sidekiq_gen.deploys.rule import Deploy
from sidekiq_gen.deploys.rules.catalogue import RULES
from sidekiq_gen.rails.files import Repo as Files
from sidekiq_gen.rails.project import Where, detect_project
from support.command import sidekiq_gen
from support.deploys import changed, commit, git, write

if TYPE_CHECKING:
    from pathlib import Path

JOB = """\
class {}
  include Sidekiq::Job

  def perform({})
    Order.find(order_id).charge!
  end
end
"""
PATH = "app/jobs/charge_job.rb"
CHARGE = {PATH: JOB.format("ChargeJob", "order_id")}
AGAIN = "class {}\n  include Sidekiq::Job\n\n  def perform(id)\n    self.class.perform_in(60, id)\n  end\nend\n"
KEYWORDS = "class ChargeJob < ApplicationJob\n  def perform({})\n  end\nend\n"
SAID = "ChargeJob#perform requires note, which payloads of HEAD do not have: they fail with ArgumentError."
REQUIRED = {PATH: JOB.format("ChargeJob", "order_id, note")}


def push(arguments: str, job: str = "ChargeJob") -> dict[str, str]:
    return {"app/models/order.rb": f"class Order\n  def pay\n    {job}.perform_async({arguments})\n  end\nend\n"}


def codes(before: dict[str, str], after: dict[str, str], root: Path) -> list[str]:
    changed(Deploy(after), before, root)
    return [one.code for one in compare(detect_project(Where(root=root), root), "HEAD", RULES)]


def test_a_finding_is_printed_and_ends_with_4(tmp_path: Path) -> None:
    root = changed(Deploy(REQUIRED), CHARGE, tmp_path)

    done = sidekiq_gen(root, "check", "--against", "HEAD")
    document = json.loads(sidekiq_gen(root, "check", "--against", "main", "--json").out)

    assert (done.status, done.out.splitlines()[:1]) == (
        4,
        [f"{PATH}:1:1: error: {SAID} [argument-required]"],
    )
    assert [(one["code"], one["severity"], one["line"]) for one in document["findings"]] == [
        ("argument-required", "error", 1)
    ]
    commit(root)
    assert sidekiq_gen(root, "check", "--against", "HEAD").status == 0


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            CHARGE,
            {"app/jobs/collect_job.rb": JOB.format("CollectJob", "order_id"), PATH: "ChargeJob = CollectJob\n"},
            [],
            id="the old constant means the new class",
        ),
        pytest.param(
            {PATH: AGAIN.format("ChargeJob")},
            {PATH: "class ChargeJob < CollectJob\nend\n", "app/jobs/collect_job.rb": AGAIN.format("CollectJob")},
            [],
            id="the class behind the old one pushes itself",
        ),
        pytest.param({}, {PATH: AGAIN.format("ChargeJob")}, ["new-job-pushed"], id="a new class that pushes itself"),
        pytest.param(
            {"app/workers/charger.rb": JOB.format("Charger", "order_id")},
            {
                "app/workers/collector.rb": JOB.format("Collector", "order_id"),
                "app/workers/charger.rb": "class Charger < Collector\nend\n",
            },
            [],
            id="a subclass in a file that does not speak of jobs",
        ),
        pytest.param(
            {"app/workers/charger.rb": JOB.format("Charger", "order_id")},
            {
                "app/workers/shop/charger.rb": "module Shop\n  Charger = Collector\nend\n",
                "app/models/bank/charger.rb": "module Bank\n  class Charger < Base\n  end\nend\n",
            },
            ["job-removed"],
            id="a class of that name elsewhere, and a constant inside of a module",
        ),
        pytest.param(
            CHARGE,
            {"app/jobs/billing/charge_job.rb": JOB.format("Billing::ChargeJob", "order_id")},
            ["job-renamed"],
            id="moved into a namespace",
        ),
        pytest.param(
            CHARGE,
            {"app/jobs/other_job.rb": JOB.format("OtherJob", "").replace("Order.find(order_id).charge!", "sweep")},
            ["job-removed"],
            id="another job is not the old one renamed",
        ),
        pytest.param(
            {"spec/jobs/fake_job.rb": JOB.format("FakeJob", "order_id")}, {}, [], id="a job of the tests is gone"
        ),
        pytest.param(
            {"app/jobs/base_job.rb": "class BaseJob\n  include Sidekiq::Job\nend\n"}, {}, [], id="a base class is gone"
        ),
        pytest.param(
            {**CHARGE, **push("1")},
            {PATH: CHARGE[PATH].replace("  include Sidekiq::Job\n", "")},
            ["job-removed"],
            id="a class that is no job any more",
        ),
        pytest.param(
            {PATH: JOB.format("ChargeJob", "order_id, note = nil"), **push("1, 'x'")},
            {**REQUIRED, **push("1, 'x'")},
            [],
            id="required once every push hands it over",
        ),
        pytest.param(
            {PATH: JOB.format("ChargeJob", "order_id, note = nil"), **push("*all")},
            {**REQUIRED, **push("*all")},
            ["argument-required"],
            id="required, and what is pushed is not seen",
        ),
        pytest.param(
            {PATH: JOB.format("ChargeJob", "order_id, note = nil"), **push("1")},
            {**CHARGE, **push("1")},
            [],
            id="removed once no push hands it over",
        ),
        pytest.param(CHARGE, {PATH: JOB.format("ChargeJob", "id")}, [], id="a parameter gets another name"),
        pytest.param(CHARGE, {PATH: JOB.format("ChargeJob", "*ids")}, [], id="perform takes anything"),
        pytest.param(
            {**CHARGE, **push("1")},
            {PATH: JOB.format("ChargeJob", "order_id, note = nil"), **push("1, nil")},
            ["push-unfit-for-old-code"],
            id="an optional argument is pushed at once",
        ),
        pytest.param(
            {**CHARGE, **push("1")},
            {PATH: JOB.format("ChargeJob", "order_id = nil"), **push("")},
            ["push-unfit-for-old-code"],
            id="an argument is left out at once",
        ),
        pytest.param({**CHARGE, **push("1")}, {**CHARGE, **push("nil")}, [], id="nil is of any type"),
        pytest.param(
            {PATH: KEYWORDS.format("order:, note: nil")},
            {PATH: KEYWORDS.format("order:")},
            ["argument-removed"],
            id="a keyword of an ActiveJob is gone",
        ),
        pytest.param(
            {PATH: KEYWORDS.format("order:")},
            {PATH: KEYWORDS.format("order:, note:")},
            ["argument-required"],
            id="a keyword of an ActiveJob is required",
        ),
        pytest.param(
            {PATH: KEYWORDS.format("order:")},
            {PATH: KEYWORDS.format("order:, note: nil")},
            [],
            id="a keyword with a default",
        ),
        pytest.param({**CHARGE, **push("id")}, {**CHARGE, **push("'x'")}, [], id="the old type is not seen"),
        pytest.param(
            {**CHARGE, "spec/charge_spec.rb": "ChargeJob.perform_async(1)\n"},
            {**CHARGE, "spec/charge_spec.rb": "ChargeJob.perform_async('x')\n"},
            [],
            id="a type in a test",
        ),
        pytest.param(
            {**CHARGE, "config/sidekiq.yml": ":queues: [default, low]\n"},
            {**CHARGE, "config/sidekiq.yml": ":queues: [default, <%= ENV['Q'] %>]\n"},
            [],
            id="the queues are not to be seen",
        ),
        pytest.param(
            {**CHARGE, "Procfile": "worker: bundle exec sidekiq -q default -q low\n"},
            {**CHARGE, "Procfile": "worker: bundle exec sidekiq -q default\n"},
            ["queue-dropped"],
            id="a queue of the command line",
        ),
    ],
)
def test_what_counts(before: dict[str, str], after: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    assert codes(before, after, tmp_path) == expected


def test_of_classes_that_are_alike_the_one_that_is_called_so_is_the_renamed_one(tmp_path: Path) -> None:
    sweep = JOB.replace("charge!", "sweep!")
    names = {"Daily": "charge", "Nightly": "charge", "Hourly": "sweep"}
    before = {
        f"app/jobs/{old.lower()}_job.rb": (JOB if body == "charge" else sweep).format(f"{old}Job", "order_id")
        for old, body in names.items()
    }
    after = {path.replace("_job", "_worker"): text.replace("Job", "Worker") for path, text in before.items()}
    after = {path: text.replace("Sidekiq::Worker", "Sidekiq::Job") for path, text in after.items()}
    root = changed(Deploy(after), before, tmp_path)

    found = compare(detect_project(Where(root=root), root), "HEAD", RULES)

    assert sorted(one.message.partition(":")[0] for one in found) == [
        f"{old}Job of HEAD is called {old}Worker here" for old in ("Daily", "Hourly", "Nightly")
    ]


def test_the_name_of_a_commit_is_shortened_and_a_queue_found_in_its_file(tmp_path: Path) -> None:
    def configuration(*queues: str) -> dict[str, str]:
        listed = "".join(f"  - {queue}\n" for queue in queues)
        return {"Procfile": "w: sidekiq -C config/low.yml\n", "config/low.yml": f":concurrency: 2\n:queues:\n{listed}"}

    root = changed(
        Deploy({**CHARGE, **configuration("default")}), {**CHARGE, **configuration("default", "low")}, tmp_path
    )
    name = git(root, "rev-parse", "HEAD")

    (found,) = compare(detect_project(Where(root=root), root), name, RULES)

    assert (found.path, found.line) == ("config/low.yml", 2)
    assert found.message.startswith(f"No process fetches low any more, which {name[:12]} fetches:")


def test_a_comment_on_the_line_ignores_it(tmp_path: Path) -> None:
    text = REQUIRED[PATH].replace("ChargeJob\n", "ChargeJob # sidekiq-gen:ignore argument-required drained\n", 1)
    assert codes(CHARGE, {PATH: text}, tmp_path) == []


@pytest.mark.parametrize("ref", ["-x", "--output=x", "", "a\nb"])
def test_what_is_no_revision_is_refused(ref: str, tmp_path: Path) -> None:
    root = changed(Deploy(CHARGE), CHARGE, tmp_path)

    done = sidekiq_gen(root, "check", f"--against={ref}", "--json")

    assert (done.status, json.loads(done.out)["error"]["code"]) == (2, "invalid-ref")


def test_what_git_cannot_give_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = changed(Deploy(CHARGE), CHARGE, tmp_path / "repo")
    outside = write(tmp_path / "outside", {"Gemfile.lock": (root / "Gemfile.lock").read_text(), **CHARGE})
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))

    def refusal(place: Path, ref: str) -> tuple[int, str]:
        done = sidekiq_gen(place, "check", "--against", ref, "--json")
        return done.status, json.loads(done.out)["error"]["code"]

    assert refusal(root, "nothing") == (1, "unknown-ref")
    assert refusal(root, "HEAD^{tree}") == (1, "unknown-ref")
    assert refusal(outside, "HEAD") == (1, "no-git-repository")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(root, "HEAD") == (1, "no-git")


def test_a_repo_below_the_root_of_git_and_inside_a_hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = changed(Deploy(CHARGE), {}, tmp_path / "other")
    root = changed(Deploy(REQUIRED), CHARGE, tmp_path / "mono/backend")
    (root / ".git").rename(tmp_path / "mono/.git")
    write(root, CHARGE)
    commit(tmp_path / "mono")
    write(root, REQUIRED)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))

    done = sidekiq_gen(root, "check", "--against", "HEAD")

    assert done.status == 4
    assert f"{PATH}:1:1" in done.out


def test_nothing_that_the_repo_configures_is_run(tmp_path: Path) -> None:
    root, ran = changed(Deploy(REQUIRED), CHARGE, tmp_path / "repo"), tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $0 >> {ran}\ncat\n")
    program.chmod(0o755)
    write(root, {".gitattributes": "*.rb filter=evil diff=evil\n"})
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor", "core.pager"):
        git(root, "config", key, str(program))
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        (root / ".git/hooks").mkdir(exist_ok=True)
        (root / ".git/hooks" / hook).symlink_to(program)
    git(root, "config", "alias.cat-file", f"!{program}")

    assert sidekiq_gen(root, "check", "--against", "HEAD").status == 4
    assert not ran.exists()
    git(root, "diff", "HEAD")
    assert ran.exists()  # the trap would have closed


def test_a_partial_clone_fetches_nothing(tmp_path: Path) -> None:
    root, ran = changed(Deploy(CHARGE), CHARGE, tmp_path / "repo"), tmp_path / "ran"
    git(root, "config", "uploadpack.allowFilter", "true")
    commit(root)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", "--no-checkout", f"file://{root}", str(clone))
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    git(clone, "config", "remote.origin.uploadpack", str(program))
    git(clone, "config", "protocol.file.allow", "always")
    write(clone, {"Gemfile.lock": (root / "Gemfile.lock").read_text(), **CHARGE})

    done = sidekiq_gen(clone, "check", "--against", "origin/main", "--json")

    assert (done.status, json.loads(done.out)["error"]["code"]) == (1, "unreadable-ref")
    assert not ran.exists()


def test_only_what_has_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = {"app/jobs/other_job.rb": JOB.format("OtherJob", "order_id")}
    root = changed(Deploy({**REQUIRED, **other}), {**CHARGE, **other}, tmp_path)
    read: list[str] = []
    content = deploys_git.Tree.content

    def noted(tree: deploys_git.Tree, path: str) -> bytes:
        read.append(path)
        return content(tree, path)

    monkeypatch.setattr(deploys_git.Tree, "content", noted)

    found = compare(detect_project(Where(root=root), root), "HEAD", RULES)

    assert [one.code for one in found] == ["argument-required"]
    assert [path for path in read if path.endswith("_job.rb")] == [PATH]


def test_a_commit_looks_like_the_folder_that_was_committed(tmp_path: Path) -> None:
    files = {
        "Procfile": "x",
        "config/sidekiq.yml": "y",
        "config/a/b.yml": "z",
        "app/jobs/charge_job.rb": "w",
        "é.rb": "",
    }
    root = write(tmp_path, files)
    (root / "link.yml").symlink_to("config/sidekiq.yml")
    (root / ".hidden").mkdir()
    write(root, {".hidden/x.rb": "x"})
    commit(root)
    now = Files(root)

    with deploys_git.opened(root, "HEAD") as tree:
        past = PastRepo(root, tree)
        for folder in ("", "config", "config/a", "./config", "nowhere", "app/"):
            assert past.is_folder(folder) == now.is_folder(folder)
            assert past.subfolders(folder or ".") == now.subfolders(folder or ".")
        for folder in ("config", "app", "nowhere"):
            assert past.names(folder) == now.names(folder)
            assert past.files(folder, "") == now.files(folder, "")
            assert past.files(folder, ".yml", ["config/a"]) == now.files(folder, ".yml", ["config/a"])
        assert [past.read(path) for path in files] == [now.read(path) for path in files]
        assert (past.data("link.yml"), past.is_file("link.yml"), past.data("config/sidekiq.yml", 0)) == (
            None,
            False,
            None,
        )
        assert list(past.unread) == ["config/sidekiq.yml"]
    assert os.listdir(root / ".git")  # noqa: PTH208 - and git is done with it
