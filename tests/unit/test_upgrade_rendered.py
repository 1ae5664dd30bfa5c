"""``upgrade`` renders what is recorded again, for the release that is locked, and merges it with what was changed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sidekiq_gen.record import makers
from sidekiq_gen.record.book import FILE, read_book
from support.cases import RELEASES
from support.command import sidekiq_gen, tree
from support.repos import Repo
from support.tools import require

OLD = RELEASES["6.5"]
PACK = Path(__file__).parents[1] / "fixtures/pack"
TEMPLATES = Path(__file__).parents[2] / "templates"
JOB, SPEC = "app/jobs/sync_orders_job.rb", "spec/jobs/sync_orders_job_spec.rb"
FAN_OUT = "job SyncOrders --kind fan-out --model Order"
LINES = (
    FAN_OUT,
    "job ChargeOrder --check-then-act charged_at --discard-on Gone --log-context",
    "job BillOrder --model Order --advisory-lock --retry-after Gone=60 --on-exhausted",
    "job SweepOrders --kind claim --model Order --check-then-act swept_at",
    "job FillOrders --kind backfill --model Order",
    "job Sync since:date --discard-on Gone --discard-to nowhere --on-exhausted",
    "install --health-check",
)


def lock(root: Path, release: str) -> None:
    """Have another release locked, with all that goes with it."""
    other = at(release).write(root.parent / f"of-{release}")
    (root / "Gemfile.lock").write_bytes((other / "Gemfile.lock").read_bytes())


def at(release: str) -> Repo:
    """The old repo on another release, with the gems that go with it."""
    there = RELEASES[release]
    return replace(OLD, sidekiq=there.sidekiq, rails=there.rails, unique_jobs=there.unique_jobs)


def document(root: Path, *words: str, status: int = 0) -> dict[str, Any]:
    done = sidekiq_gen(root, "upgrade", *words, "--json")
    assert done.status == status, (done.status, done.err)
    told: dict[str, Any] = json.loads(done.out)
    return told


def codes(told: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in told["notices"]]


def generated(tmp_path: Path, *lines: str, repo: Repo = OLD) -> Path:
    root = repo.write(tmp_path / "repo")
    for line in lines:
        done = sidekiq_gen(root, *line.split(), "--no-input")
        assert done.status == 0, done.err
    return root


def fresh(tmp_path: Path, release: str, *lines: str) -> dict[str, bytes]:
    """What these lines give on a release."""
    root = at(release).write(tmp_path / f"fresh-{release}")
    for line in lines:
        sidekiq_gen(root, *line.split(), "--no-input")
    return tree(root)


@pytest.mark.parametrize("line", LINES)
def test_what_nobody_has_changed_is_as_it_would_be_written_now(tmp_path: Path, line: str) -> None:
    """But for the habit of the house, which its own job shows by now: Sidekiq::Worker stays what it is called."""
    root = generated(tmp_path, line)
    for release in ("7", "8"):
        lock(root, release)
        check = sidekiq_gen(root, "upgrade", "--check")
        told = document(root)
        assert [one.split()[1] for one in check.out.splitlines()] == [one["path"] for one in told["files"]]
        assert check.status == (4 if told["files"] else 0)
        assert {one["status"] for one in told["files"]} <= {"update"}
        wanted = fresh(tmp_path, release, line)
        found = tree(root)
        for path in (path for entry in read_book(root).entries() for path in entry.files):
            assert found[path].replace(b"Sidekiq::Worker", b"Sidekiq::Job") == wanted[path], path
        assert document(root, "--check")["stale"] == []
        assert document(root)["files"] == []


def test_what_is_printed(tmp_path: Path) -> None:
    root = generated(tmp_path, FAN_OUT)
    assert sidekiq_gen(root, "upgrade").out == ""
    lock(root, "7")
    before = tree(root, record=True)

    check, dry = sidekiq_gen(root, "upgrade", "--check"), sidekiq_gen(root, "upgrade", "--pretend")

    assert (check.status, check.out) == (4, f"       stale  {JOB}\n       stale  {SPEC}\n")
    assert dry.out.startswith(f"      update  {JOB}\n--- {JOB} (now)\n+++ {JOB} (new)\n@@")
    assert tree(root, record=True) == before
    done = sidekiq_gen(root, "upgrade")
    assert (done.status, done.out) == (0, f"      update  {JOB}\n      update  {SPEC}\n")
    assert "upgrade  2 of 4 files differ for Sidekiq 7." in done.err
    assert done.checklist["record"] == f"update {FILE}"
    again = sidekiq_gen(root, "upgrade", "--check")
    assert (again.status, again.out) == (0, "")
    assert f"upgrade  Nothing is stale: 4 files recorded in {FILE}." in again.err


def test_the_document(tmp_path: Path) -> None:
    root = generated(tmp_path, FAN_OUT)
    lock(root, "7")

    told = document(root)

    assert list(told)[:4] == ["schema", "command", "sidekiq", "recorded"]
    assert (told["command"], told["recorded"], told["unresolved"], told["refused"]) == ("upgrade", 4, [], [])
    assert told["stale"][0] == {"path": JOB, "name": "SyncOrdersJob", "edited": False, "conflicts": 0}
    assert told["files"] == [{"path": path, "status": "update"} for path in (JOB, SPEC)]
    assert told["record"] == {"path": FILE, "status": "update"}
    assert told["command_line"] == "sidekiq-gen upgrade --no-input"


def test_only_what_the_move_changes_is_changed(tmp_path: Path) -> None:
    """What the repo shows otherwise today, another factory or another habit, is not brought in."""
    root = generated(tmp_path, FAN_OUT, LINES[1])
    before = tree(root)
    for number in range(5):
        job = f"class A{number}Job\n  include Sidekiq::Job\n\n  sidekiq_options queue: 'odd', retry: 17\n\n"
        (root / f"app/jobs/a{number}_job.rb").write_text(f"{job}  def perform\n  end\nend\n", encoding="utf-8")
    (root / "spec/factories").mkdir(exist_ok=True)
    assert document(root, "--check")["stale"] == []
    lock(root, "7")

    told = document(root)

    assert {file["path"] for file in told["files"]} >= {JOB, SPEC}
    text = (root / JOB).read_text(encoding="utf-8")
    assert ("IterableJob" in text, "odd" in text, "17" in text) == (True, False, False)
    charge = "app/jobs/charge_order_job.rb"
    changed = set((root / charge).read_bytes().splitlines()) - set(before[charge].splitlines())
    assert not any(b"odd" in line or b"17" in line or b"include" in line for line in changed)
    assert b"include Sidekiq::Worker" in (root / charge).read_bytes()


def test_edits_stay_and_meet_in_markers(tmp_path: Path) -> None:
    root = generated(tmp_path, FAN_OUT)
    text = (root / JOB).read_text(encoding="utf-8")
    own = text.replace("  BATCH_SIZE = 1000\n", "  BATCH_SIZE = 50 # mine\n").replace(
        "in_batches(of:", "in_batches(mine:"
    )
    (root / JOB).write_text(own, encoding="utf-8")
    lock(root, "7")

    told = document(root)

    assert told["stale"][0] == {"path": JOB, "name": "SyncOrdersJob", "edited": True, "conflicts": 1}
    assert [file["status"] for file in told["files"]] == ["merge", "update"]
    assert "merge-conflicts" in codes(told)
    merged = (root / JOB).read_text(encoding="utf-8")
    assert "  BATCH_SIZE = 50 # mine\n" in merged
    assert merged.index("<<<<<<< yours\n") < merged.index("in_batches(mine:") < merged.index("=======\n")
    assert merged.index("=======\n") < merged.index("build_enumerator") < merged.index(">>>>>>> sidekiq 7.")
    left = document(root, "--check", status=4)
    assert (left["stale"], left["unresolved"]) == ([], [JOB])
    lock(root, "8")
    before = tree(root)
    again = document(root)
    assert "unresolved" in codes(again)
    assert {**tree(root)} == before


def test_what_is_gone_stays_gone(tmp_path: Path) -> None:
    root = generated(tmp_path, FAN_OUT, "job Sync")
    for path in (SPEC, "app/jobs/sync_job.rb", "spec/jobs/sync_job_spec.rb"):
        (root / path).unlink()
    lock(root, "7")

    told = document(root)

    assert [file["path"] for file in told["files"]] == [JOB]
    assert "removed-since" in codes(told)
    assert not (root / SPEC).exists()
    assert {entry.name: SPEC in entry.files for entry in read_book(root).entries()} == {"SyncOrdersJob": False}


def test_line_ends_and_byte_order_marks_stay(tmp_path: Path) -> None:
    root = generated(tmp_path, FAN_OUT)
    for path, end in ((JOB, b""), (SPEC, b"# mine\r\n")):
        data = (root / path).read_bytes().replace(b"\n", b"\r\n")
        (root / path).write_bytes(b"\xef\xbb\xbf" + data + end)
    lock(root, "7")

    told = document(root)

    assert [file["status"] for file in told["files"]] == ["update", "merge"]
    for path in (JOB, SPEC):
        data = (root / path).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf# frozen")
        assert data.count(b"\n") == data.count(b"\r\n") > 10
    assert (root / SPEC).read_bytes().endswith(b"# mine\r\n")


def test_a_job_that_cannot_be_had_any_more_is_told_and_kept(tmp_path: Path) -> None:
    root = generated(tmp_path, "job ChargeOrder --unique until_executed --unique-ttl 2h", FAN_OUT)
    lock(root, "7")
    text = (root / "Gemfile.lock").read_text(encoding="utf-8")
    (root / "Gemfile.lock").write_text(text.replace("sidekiq-unique-jobs", "another"), encoding="utf-8")
    before = tree(root)

    assert [one["name"] for one in document(root, "--check", status=4)["refused"]] == ["ChargeOrderJob"]
    told = document(root)

    assert "not-rendered" in codes(told)
    assert {file["path"] for file in told["files"]} == {JOB, SPEC}
    assert tree(root)["app/jobs/charge_order_job.rb"] == before["app/jobs/charge_order_job.rb"]
    assert {entry.name: entry.gems.sidekiq[0] for entry in read_book(root).entries()} == {
        "ChargeOrderJob": "6",
        "SyncOrdersJob": "7",
    }


# What renders has moved: templates, settings, the program itself


def moved(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """A later release of this program, whose templates are others."""
    monkeypatch.setattr(makers, "__version__", "99.0")
    override = root / "lib/templates/sidekiq_gen/common/job.rb.j2"
    if not override.exists():
        sidekiq_gen(root, "templates", "copy", "common/job.rb.j2")
        text = override.read_text(encoding="utf-8")
        assert "\nend" in text
        override.write_text(text.replace("\nend", "\n  # of a later template\nend"), encoding="utf-8")


def edit(root: Path) -> str:
    path = root / "app/jobs/process_order_job.rb"
    text = path.read_text(encoding="utf-8")
    assert "# TODO" in text
    own = "".join("    charge(order)\n" if "# TODO" in line else line for line in text.splitlines(keepends=True))
    path.write_text(own, encoding="utf-8")
    return own


def test_other_templates_replace_what_nobody_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = generated(tmp_path, "job ProcessOrder")
    moved(monkeypatch, root)

    assert document(root, "--check", status=4)["stale"][0]["path"] == "app/jobs/process_order_job.rb"
    told = document(root)

    assert [file["status"] for file in told["files"]] == ["update"]
    assert "# of a later template" in (root / "app/jobs/process_order_job.rb").read_text(encoding="utf-8")
    assert document(root, "--check")["stale"] == []


def test_the_text_that_was_written_is_found_in_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = generated(tmp_path, "job ProcessOrder")
    for words in (("init", "-q"), ("add", ".")):
        subprocess.run([require("git", "apt-get install git"), *words], cwd=root, check=True, capture_output=True)
    own = edit(root)
    moved(monkeypatch, root)

    told = document(root)

    assert (told["stale"][0]["edited"], told["stale"][0]["conflicts"]) == (True, 0)
    text = (root / "app/jobs/process_order_job.rb").read_text(encoding="utf-8")
    assert text.replace("  # of a later template\n", "") == own != text
    (entry,) = read_book(root).entries()
    assert len(entry.files["app/jobs/process_order_job.rb"]) == 2  # what was rendered, and what git has


def test_where_nobody_knows_what_was_written_both_stand_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = generated(tmp_path, "job ProcessOrder")
    edit(root)
    moved(monkeypatch, root)

    told = document(root)

    assert "unknown-base" in codes(told)
    text = (root / "app/jobs/process_order_job.rb").read_text(encoding="utf-8")
    assert told["stale"][0]["conflicts"] == text.count("<<<<<<< yours\n") == 2
    assert "    charge(order)\n=======\n" in text


def test_other_settings(tmp_path: Path) -> None:
    root = generated(tmp_path, "job ProcessOrder", "job Sync")
    (root / ".sidekiq-gen.toml").write_text("[job]\nbacktrace = 20\n", encoding="utf-8")
    own = edit(root)

    told = document(root)

    assert {file["path"]: file["status"] for file in told["files"]}["app/jobs/process_order_job.rb"] == "merge"
    text = (root / "app/jobs/process_order_job.rb").read_text(encoding="utf-8")
    assert ("backtrace: 20" in text, "charge(order)" in text, "charge(order)" in own) == (True, True, True)
    (root / ".sidekiq-gen.toml").write_text("[job]\nbacktrace = 30\n", encoding="utf-8")
    assert len(document(root, "--check", status=4)["stale"]) >= 2


@pytest.mark.parametrize("by_the_file", [True, False])
def test_a_pack_that_has_moved(tmp_path: Path, *, by_the_file: bool) -> None:
    """Named on the command line, in a folder below, or by the file: the record names it as seen from the root."""
    root = OLD.write(tmp_path / "repo")
    pack = shutil.copytree(PACK, root / "lib/pack")
    (pack / "templates/common/install").mkdir()
    shutil.copy(TEMPLATES / "common/install/dead.rake.j2", pack / "templates/common/install/dead.rake.j2")
    words: tuple[str, ...] = ("--templates", "../lib/pack")
    if by_the_file:
        text = '[job]\ntemplates = "./lib/pack"\n\n[install]\ntemplates = "./lib/pack"\n'
        (root / ".sidekiq-gen.toml").write_text(text, encoding="utf-8")
        words = ()
    for line in (("job", "ProcessOrder", "--owner", "billing"), ("install",)):
        assert sidekiq_gen(root / "app", *line, *words, "--no-input").status == 0
    recorded = [entry.answers.get("templates") for entry in read_book(root).entries()]
    assert recorded == ([None, None] if by_the_file else ["./lib/pack", "./lib/pack"])
    assert document(root, "--check")["stale"] == []
    job = "app/jobs/process_order_job.rb"
    assert "billing" in (root / job).read_text(encoding="utf-8")

    for template in ("house/job.rb.j2", "install/dead.rake.j2"):
        path = pack / "templates/common" / template
        moved_on = path.read_text(encoding="utf-8").replace("# Owner:", "# Team:").replace("Retry", "Try again")
        path.write_text(moved_on, encoding="utf-8")
    told = document(root)

    assert {file["path"]: file["status"] for file in told["files"]} == {
        "lib/tasks/sidekiq_dead.rake": "update",
        job: "update",
    }
    assert document(root, "--check")["stale"] == []
    shutil.rmtree(pack)
    if not by_the_file:
        assert len(document(root, "--check", status=4)["refused"]) == 2


def test_what_install_has_written_is_rendered_as_if_it_were_not_there(tmp_path: Path) -> None:
    """Else it would be taken for somebody's own, of which only what lacks is to be written."""
    settings = "[house]\nfrozen-string-literal = false\n"
    place = Repo(sidekiq="6.5.12", rails="6.1.7.10", unique_jobs="7.1.33")
    wanted, root = place.write(tmp_path / "wanted"), place.write(tmp_path / "repo")
    (wanted / ".sidekiq-gen.toml").write_text(settings, encoding="utf-8")
    for folder in (wanted, root):
        (folder / "config/initializers/sidekiq.rb").unlink()
        assert sidekiq_gen(folder, "install", "--no-input").status == 0
    (root / ".sidekiq-gen.toml").write_text(settings, encoding="utf-8")

    told = document(root)

    assert "config/initializers/sidekiq_unique_jobs.rb" in {file["path"] for file in told["files"]}
    assert tree(root) == tree(wanted)


def test_without_a_record(tmp_path: Path) -> None:
    root = OLD.write(tmp_path)

    told = document(root)

    assert (told["files"], told["recorded"], codes(told)[-1]) == ([], 0, "nothing-recorded")
    assert document(root, "--check")["stale"] == []
    assert not (root / FILE).exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [("nonsense\n", "record-unreadable"), ('{"command": "job", "name": "A"}\n', "record-unreadable")],
)
def test_a_record_that_makes_no_sense(tmp_path: Path, text: str, code: str) -> None:
    root = OLD.write(tmp_path)
    (root / FILE).write_text(text, encoding="utf-8")
    told = document(root, status=1)
    assert told["error"]["code"] == code


def test_a_path_that_leads_out_is_refused(tmp_path: Path) -> None:
    root = generated(tmp_path, "job Sync")
    (tmp_path / "out.rb").write_text("x", encoding="utf-8")
    text = (root / FILE).read_text(encoding="utf-8").replace("app/jobs/sync_job.rb", "../out.rb")
    (root / FILE).write_text(text, encoding="utf-8")
    lock(root, "7")
    assert document(root, status=1)["error"]["code"] == "outside-root"


def test_check_and_to_contradict_each_other(tmp_path: Path) -> None:
    done = sidekiq_gen(OLD.write(tmp_path), "upgrade", "--check", "--to", "8")
    assert (done.status, "Pass one of them." in done.err) == (2, True)


# Chance


@pytest.mark.parametrize("seed", range(12))
def test_no_edit_is_ever_lost(tmp_path: Path, seed: int) -> None:
    """Random edits on several jobs, over two moves: every line that somebody wrote is there, if between markers."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    root = generated(tmp_path, *chance.sample(LINES, 3))
    paths = [path for entry in read_book(root).entries() for path in entry.files]
    own: dict[str, list[str]] = {}
    for path in chance.sample(paths, len(paths) * 2 // 3):
        lines = (root / path).read_text(encoding="utf-8").splitlines(keepends=True)
        own[path] = [f"{' ' * chance.randint(0, 6)}mine_{seed}_{number}\n" for number in range(chance.randint(1, 4))]
        for line in own[path]:
            at = chance.randrange(len(lines))
            if chance.random() < 0.3:
                lines[at : at + 1] = [line] if lines[at] not in own[path] else [lines[at], line]
            else:
                lines.insert(at, line)
        (root / path).write_text("".join(lines), encoding="utf-8")
    gone = chance.choice(paths)
    (root / gone).unlink()

    for release in ("7", "8"):
        lock(root, release)
        told = document(root)
        assert {file["status"] for file in told["files"]} <= {"update", "merge"}
        assert not (root / gone).exists()
        for path, lines in own.items():
            if path != gone:
                text = (root / path).read_text(encoding="utf-8")
                assert [line for line in lines if text.count(line) != 1] == [], path
                assert path not in {one["path"] for one in told["stale"] if not one["edited"]}
