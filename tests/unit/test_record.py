"""What was generated is written down in one file at the root, with the files and like them: all or nothing."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.job.recorded import recorded_answers
from sidekiq_gen.job.rendering import render
from sidekiq_gen.job.resolve import resolve_job
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.record.book import FILE, Book, BrokenRecord, parse, read_book
from sidekiq_gen.record.entry import decode, identity
from support.cases import Case, alone
from support.command import sidekiq_gen, tree
from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.record.entry import Entry

JOB, SPEC = "app/jobs/process_order_job.rb", "spec/jobs/process_order_job_spec.rb"
SETTINGS = ".sidekiq-gen.toml"
WHERE = {"dir": "app/jobs", "test": "rspec"}


def entries(root: Path) -> dict[str, Entry]:
    return {entry.name: entry for entry in read_book(root).entries()}


def document(root: Path, *words: str) -> dict[str, Any]:
    done = sidekiq_gen(root, *words, "--json")
    assert done.status == 0, done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def text_of(root: Path) -> str:
    return (root / FILE).read_text(encoding="utf-8")


def test_what_stands_there(tmp_path: Path) -> None:
    root = Repo(unique_jobs="8.0.10").write(tmp_path)

    done = sidekiq_gen(root, *"job ProcessOrder --unique until_executed --unique-ttl 2h --log-context".split())

    assert done.out == f"      create  {JOB}\n      create  {SPEC}\n"
    assert done.checklist["record"].startswith(f"create {FILE}; commit it")
    head, line, end = text_of(root).split("\n")
    assert (json.loads(head)["sidekiq-gen record"], end) == (1, "")
    told = json.loads(line)
    assert told.pop("by") == json.loads(sidekiq_gen(root, "--version", "--json").out)["version"]
    assert told == {
        "command": "job",
        "name": "ProcessOrderJob",
        "answers": {"name": "ProcessOrder", "unique": "until_executed", "unique_ttl": 7200, "log_context": True},
        "found": WHERE | {"base": "sidekiq", "model": "Order", "queue": "default", "retry": "5"},
        "gems": {"sidekiq": "7.3.2", "source": "gem", "unique_jobs": "8.0.10", "rails": "7.2.2"},
        "files": {path: [identity((root / path).read_bytes())] for path in (JOB, SPEC)},
    }
    assert decode(line).encode() == line


@pytest.mark.parametrize("content", [b"", b"class A\n", "caf\u00e9\r\n".encode(), b"\xef\xbb\xbfa\r\nb\r\n", b"a\rb"])
def test_a_file_has_the_name_that_git_has_for_it(tmp_path: Path, content: bytes) -> None:
    """Where git turns line ends around, it is the text in the repository that it names."""
    plain = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    git = require("git", "apt-get install git")
    done = subprocess.run([git, "hash-object", "--stdin"], input=plain, cwd=tmp_path, capture_output=True, check=True)
    assert identity(content) == done.stdout.decode().strip()


@pytest.mark.parametrize("case", [*alone()][::7], ids=lambda case: case.name)
def test_what_is_recorded_renders_the_same(tmp_path: Path, case: Case) -> None:
    case.run(tmp_path)
    (entry,) = entries(tmp_path).values()

    project = detect_project(Where(), tmp_path)
    request = resolve_job(recorded_answers(entry), project.writing(recorded_answers(entry)["base"].value))

    texts = [*render(request), *(render(request.child) if request.child else ())]
    assert [(path, (identity(text.encode()),)) for path, text in texts] == [*entry.files.items()]


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")
    before = tree(root, record=True)

    told = document(root, "job", "ProcessOrder")

    assert told["record"] == {"path": FILE, "status": "identical"}
    assert tree(root, record=True) == before


def test_a_job_from_before_there_was_a_record_is_recorded_when_it_is_found_identical(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder", "--no-record")
    assert not (root / FILE).exists()

    told = document(root, "job", "ProcessOrder")

    assert {file["status"] for file in told["files"]} == {"identical"}
    assert told["record"]["status"] == "create"
    assert [*entries(root)] == ["ProcessOrderJob"]


def test_entries_are_sorted_and_the_others_stay_byte_for_byte(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    for name in ("Zip", "Alpha"):
        sidekiq_gen(root, "job", name)
    odd = text_of(root).replace('"by": ', '"by":   ').replace('"files"', '"later": [{"a": 1}], "files"')
    (root / FILE).write_text(odd, encoding="utf-8")

    sidekiq_gen(root, "job", "Middle")

    lines = text_of(root).splitlines()
    assert [json.loads(line).get("name") for line in lines] == [None, "AlphaJob", "MiddleJob", "ZipJob"]
    assert [lines[0], lines[1], lines[3]] == odd.splitlines()


@pytest.mark.parametrize(
    ("flags", "recorded"),
    [
        (("--skip",), {SPEC}),
        (("--force",), {JOB, SPEC}),
        (("--force", "--keep", SPEC), {JOB, SPEC}),
        (("--pretend", "--force"), set()),
        (("--no-record", "--force"), set()),
    ],
)
def test_only_what_was_written_is_ours(tmp_path: Path, flags: tuple[str, ...], recorded: set[str]) -> None:
    root = Repo(files={JOB: "# mine\n"}).write(tmp_path)

    assert sidekiq_gen(root, "job", "ProcessOrder", *flags).status == 0

    assert {path for entry in entries(root).values() for path in entry.files} == recorded


def test_a_file_that_is_kept_keeps_what_was_recorded_of_it(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")
    old = entries(root)["ProcessOrderJob"]

    sidekiq_gen(root, *f"job ProcessOrder --log-context --force --keep {JOB}".split())

    new = entries(root)["ProcessOrderJob"]
    assert new.answers["log_context"] is True
    assert (new.files[JOB], new.files[SPEC] != old.files[SPEC]) == (old.files[JOB], True)
    sidekiq_gen(root, *"job ProcessOrder --row-lock --skip".split())
    assert entries(root)["ProcessOrderJob"] == new


def test_what_is_said_in_the_settings_is_told_apart(tmp_path: Path) -> None:
    settings = "[job]\nlog-context = true\nretry = 3\n"
    root = Repo(files={".sidekiq-gen.toml": settings}).write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder", "--retry", "4")

    entry = entries(root)["ProcessOrderJob"]

    assert (entry.answers, entry.settings) == ({"name": "ProcessOrder", "retry": "4"}, {"log_context": True})


def test_what_renders_with_it_is_told_apart(tmp_path: Path) -> None:
    words = []
    for name, files in {
        "plain": {},
        "jobs": {".sidekiq-gen.toml": "[job]\nretry = 3\n"},
        "house": {".sidekiq-gen.toml": '[house]\ndirectory = "app/workers"\n'},
        "override": {"lib/templates/sidekiq_gen/common/job.rb.j2": "class {{ own_class }}\nend\n"},
    }.items():
        root = Repo(files=files).write(tmp_path / name)
        assert sidekiq_gen(root, "job", "ProcessOrder", "--test", "none").status == 0
        words.append(entries(root)["ProcessOrderJob"].by)
    plain, jobs, *others = words
    assert (plain, "+" in plain) == (jobs, False)
    assert len({plain, *others}) == 3
    assert all(one.startswith(f"{plain}+") and len(one) == len(plain) + 13 for one in others)


@pytest.mark.parametrize("value", ["false", "true"])
def test_the_settings_can_do_without(tmp_path: Path, value: str) -> None:
    root = Repo(files={".sidekiq-gen.toml": f"record = {value}\n\n[job]\nretry = 3\n"}).write(tmp_path)

    for words in (("job", "ProcessOrder"), ("install",), ("install", "--config", "--force")):
        assert sidekiq_gen(root, *words).status == 0

    assert (root / FILE).exists() == (value == "true")
    kept = (root / ".sidekiq-gen.toml").read_text(encoding="utf-8")
    assert ("record = false\n" in kept) == (value == "false")


def test_a_value_that_makes_no_sense(tmp_path: Path) -> None:
    root = Repo(files={".sidekiq-gen.toml": "[job]\nretry = 3\n\n[house]\n"}).write(tmp_path)
    (root / ".sidekiq-gen.toml").write_text('record = "no"\n', encoding="utf-8")

    done = sidekiq_gen(root, "job", "ProcessOrder")

    assert done.status == 2
    assert '.sidekiq-gen.toml, line 1: record = "no" makes no sense.' in done.err
    assert "record takes true or false." in done.err


def test_a_list_is_recorded_job_by_job(tmp_path: Path) -> None:
    listed = '[[job]]\nname = "ChargeOrders"\nkind = "fan-out"\nmodel = "Order"\n\n[[job]]\nname = "Sync"\n'
    listed += '\n[[job]]\nname = "ChargeOrder"\nmodel = "Order"\n'
    root = Repo(files={"jobs.toml": listed}).write(tmp_path)

    assert sidekiq_gen(root, "job", "--from", "jobs.toml").status == 0

    found = entries(root)
    assert [*found] == ["ChargeOrderJob", "ChargeOrdersJob", "SyncJob"]
    written = [path for entry in found.values() for path in entry.files]
    assert {*written} == {path for path in tree(root) if "/jobs/" in path and ("charge" in path or "sync" in path)}
    assert found["ChargeOrdersJob"].answers == {"name": "ChargeOrders", "kind": "fan-out", "model": "Order"}


def test_install_records_what_is_its_own(tmp_path: Path) -> None:
    mine = "Sidekiq.configure_server do |config|\n  config.logger.level = 1\nend\n"
    root = Repo(files={"config/initializers/sidekiq.rb": mine}).write(tmp_path)

    told = document(root, "install", "--health-check")

    statuses = {file["path"]: file["status"] for file in told["files"]}
    assert statuses["config/initializers/sidekiq.rb"] == "insert"
    entry = entries(root)[""]
    assert (entry.command, entry.answers) == ("install", {"health_check": True})
    assert {*entry.files} == statuses.keys() - {"config/initializers/sidekiq.rb"}
    assert all(identity((root / path).read_bytes()) in ids for path, ids in entry.files.items())
    again = document(root, "install", "--health-check")
    assert again["record"]["status"] == "identical"


# Records that somebody, or git, has changed

LINE = '{"command": "job", "name": "%s", "answers": {"name": "%s"}, "gems": {"sidekiq": "7.3.2", "source": "gem"}, '
LINE += '"by": "0", "files": {"app/jobs/a_job.rb": ["%s"]}}'


def line(name: str, digit: str = "a") -> str:
    return LINE % (name, name, digit * 40)


def test_git_merges_two_branches_or_what_it_leaves_is_read_as_both(tmp_path: Path) -> None:
    def git(*words: str, check: bool = True) -> int:
        name = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
        tool = require("git", "apt-get install git")
        return subprocess.run([tool, *name, *words], cwd=root, check=check, capture_output=True).returncode

    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "Middle")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    for branch, name in (("far", "Alpha"), ("near", "Zeta"), ("nearer", "Zulu")):
        git("checkout", "-q", "-b", branch, "main")
        sidekiq_gen(root, "job", name)
        git("add", ".")
        git("commit", "-qm", name)
    assert git("merge", "-q", "far", check=False) == 0  # "Middle" stands between the two
    assert git("merge", "-q", "near", check=False) == 1
    assert "<<<<<<<" in text_of(root)

    told = document(root, "job", "Late")

    assert told["record"]["status"] == "update"
    names = [json.loads(one).get("name") for one in text_of(root).splitlines()]
    assert names == [None, "AlphaJob", "LateJob", "MiddleJob", "ZetaJob", "ZuluJob"]


def test_both_sides_of_a_conflict_count_and_the_first_goes_before() -> None:
    ours, theirs = line("A", "b"), f"{line('A', 'c')}\n{line('B')}"
    text = f"<<<<<<< ours\n{ours}\n||||||| base\n{line('Gone')}\n=======\n{theirs}\n>>>>>>> x\n"
    book = parse(text.encode())
    assert (book.merged, book.keys) == (True, [("job", "A"), ("job", "B")])
    assert [entry.files["app/jobs/a_job.rb"][0][0] for entry in book.entries()] == ["b", "a"]


@pytest.mark.parametrize(
    "broken",
    [
        b"{",
        b"[]",
        b"nonsense",
        b'{"command": "job"}',
        b'{"command": "rm", "name": "A"}',
        b'{"sidekiq-gen record": 2, "note": ""}',
        b"\xff",
        b"[" * 100_000,
        line("A").replace('"by": "0"', '"by": 1').replace('"A"', '"ProcessOrderJob"').encode(),
        line("ProcessOrderJob").replace("7.3.2", "x").encode(),
        line("ProcessOrderJob").replace('"source": "gem", ', "").replace(', "source": "gem"', "").encode(),
        line("ProcessOrderJob", "g").encode(),
        line("ProcessOrderJob").replace('"answers": {"name"', '"answers": {"nom"').encode(),
        line("ProcessOrderJob").replace('"answers": {', '"answers": {"a": {}, ').encode(),
        line("ProcessOrderJob").replace('"answers": {"name": "ProcessOrderJob"}', '"answers": []').encode(),
    ],
)
def test_a_broken_record_costs_nobody_a_job(tmp_path: Path, broken: bytes) -> None:
    root = Repo().write(tmp_path)
    (root / FILE).write_bytes(line("Other").encode() + b"\n" + broken + b"\n")
    before = tree(root, record=True)

    told = document(root, "job", "ProcessOrder")

    assert [file["status"] for file in told["files"]] == ["create", "create"]
    assert [notice["code"] for notice in told["notices"]] == ["record-unreadable"]
    assert "record" not in told
    assert (root / FILE).read_bytes() == before[FILE]
    gone = document(root, "destroy", "job", "ProcessOrder")
    assert "record-unreadable" in [notice["code"] for notice in gone["notices"]]
    assert tree(root, record=True) == before


def test_a_folder_in_its_place_costs_nobody_a_job(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    (root / FILE).mkdir()

    done = sidekiq_gen(root, "job", "ProcessOrder")

    assert (done.status, done.out) == (0, f"      create  {JOB}\n      create  {SPEC}\n")
    assert f"notice  {FILE}: is a folder. What is generated is not recorded there." in done.err


def test_nothing_else_takes_the_record_for_a_file_of_the_app(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")
    done = sidekiq_gen(root, "install")
    assert FILE not in done.err


# destroy


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--model Order --check-then-act charged_at --advisory-lock",
        "--kind fan-out --model Order --retry 3",
        "--dir app/elsewhere --test none",
        "--base active-job",
        "--migration --kind claim --model Order --check-then-act swept_at",
    ],
)
def test_destroy_takes_the_name_alone_whatever_the_repo_says_now(tmp_path: Path, options: str) -> None:
    """Another release, other habits: what was written is known, and nothing is searched for."""
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "Other")
    before = tree(root)
    told = document(root, "job", "ChargeOrders", *options.split())
    lock = root / "Gemfile.lock"
    lock.write_text(lock.read_text(encoding="utf-8").replace("7.3.2", "8.1.0"), encoding="utf-8")
    (root / SETTINGS).write_text('[job]\nqueue = "low"\nlog-context = true\n', encoding="utf-8")

    gone = document(root, "destroy", "job", "ChargeOrders")

    assert [file["path"] for file in gone["files"]] == [file["path"] for file in told["files"]]
    assert {file["status"] for file in gone["files"]} == {"remove"}
    assert {**tree(root), "Gemfile.lock": b""} == {
        **before,
        "Gemfile.lock": b"",
        ".sidekiq-gen.toml": tree(root)[".sidekiq-gen.toml"],
    }
    assert [*entries(root)] == ["OtherJob"]


def test_destroy_when_the_job_could_not_be_written_any_more(tmp_path: Path) -> None:
    root = Repo(unique_jobs="8.0.10").write(tmp_path)
    before = tree(root)
    sidekiq_gen(root, *"job ProcessOrder --unique until_executed --model Order --dir app/workers".split())
    lock = root / "Gemfile.lock"
    lock.write_text(lock.read_text(encoding="utf-8").replace("sidekiq-unique-jobs", "something"), encoding="utf-8")

    gone = document(root, "destroy", "job", "ProcessOrder")

    assert [file["status"] for file in gone["files"]] == ["remove", "remove"]
    assert tree(root, record=True).keys() == before.keys()


def test_the_record_goes_with_its_last_entry_and_keeps_what_stays(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")
    (root / SPEC).write_text("# mine\n", encoding="utf-8")
    assert document(root, "destroy", "job", "ProcessOrder", "--skip")["record"]["status"] == "update"
    assert [*entries(root)["ProcessOrderJob"].files] == [SPEC]
    assert document(root, "destroy", "job", "ProcessOrder", "--force")["record"]["status"] == "remove"
    assert not (root / FILE).exists()


def test_an_edited_file_is_asked_about(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder", "--row-lock")
    with (root / JOB).open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    before = tree(root, record=True)

    done = sidekiq_gen(root, "destroy", "job", "ProcessOrder")

    assert (done.status, tree(root, record=True)) == (3, before)
    assert f"{JOB}." in done.err
    assert SPEC not in done.err


def test_a_record_is_an_answer_to_nothing_else(tmp_path: Path) -> None:
    """It is data of the repo: a path in it that leads out is refused, and options that are typed go before it."""
    root = Repo().write(tmp_path / "repo")
    (tmp_path / "outside.rb").write_text("x", encoding="utf-8")
    text = line("ProcessOrderJob").replace("app/jobs/a_job.rb", "../outside.rb")
    (root / FILE).write_text(text + "\n", encoding="utf-8")

    told = document(root, "destroy", "job", "ProcessOrder")

    assert told["files"] == []
    assert (tmp_path / "outside.rb").exists()


def test_an_empty_one_says_nothing() -> None:
    assert (parse(None), parse(b""), Book({}).encode()) == (Book({}), Book({}), None)
    with pytest.raises(BrokenRecord):
        parse(b"x")
