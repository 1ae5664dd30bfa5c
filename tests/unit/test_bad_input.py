"""What makes no sense, or cannot be had: one sentence, a hint, the right exit code, and not a byte written."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.command import Finished, in_a_process, in_shell, sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PLAIN = Repo()
UNIQUE = Repo(unique_jobs="8.0.10")
THROTTLED = Repo(gems={"sidekiq-throttled": "1.5.2"})
SQLITE = Repo(adapter="sqlite3")
MYSQL = Repo(adapter="mysql2")
HEADER = "GEM\n  remote: https://gems.example/\n  specs:\n"
CONFLICTED = f"{HEADER}<<<<<<< HEAD\n    sidekiq (7.3.2)\n=======\n    sidekiq (7.3.1)\n>>>>>>> topic\n"
# What the kernel lets the superuser do although the mode of a file forbids it.
OVERRIDES = "-dac_override,-dac_read_search"


def whole(root: Path) -> dict[str, bytes | str]:
    """Everything below the root: bytes of files, targets of links, empty folders."""
    found: dict[str, bytes | str] = {}
    for path in root.rglob("*"):
        name = os.fsencode(path.relative_to(root)).decode("latin-1")
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            found[name] = path.read_bytes() if path.is_file() else "not a regular file"
    return found


@dataclass(frozen=True)
class Bad:
    """One command line that must be refused.

    message: without the full stop; {root} is the folder of the repo.
    also: lays something more into the repo.
    """

    arguments: str | Sequence[str]
    status: int
    code: str
    message: str
    repo: Repo = field(default=PLAIN)
    also: Callable[[Path], object] = field(default=lambda _: None)

    @property
    def words(self) -> list[str]:
        words = self.arguments.split() if isinstance(self.arguments, str) else list(self.arguments)
        return words if words and words[0] in {"info", "patterns"} else ["job", *words]


def name(typed: str, message: str) -> Bad:
    return Bad([typed], 2, "invalid-name", message)


def no_class(typed: str) -> Bad:
    return name(typed, f"{typed!a} cannot become the name of a Ruby class")


def argument(typed: str) -> Bad:
    return Bad(
        ["ProcessOrder", typed], 2, "invalid-argument", f"{typed.partition(':')[0]!a} cannot be the name of an argument"
    )


def kind(typed: str) -> Bad:
    return Bad(["ProcessOrder", f"a:{typed}"], 2, "invalid-argument", f"{typed!a} is not a type of argument")


def queue(typed: str) -> Bad:
    return Bad(["ProcessOrder", "--queue", typed], 2, "invalid-queue", f"{typed!a} cannot be the name of a queue")


def error(typed: str) -> Bad:
    return Bad(
        ["ProcessOrder", "--discard-on", typed],
        2,
        "invalid-error-class",
        f"{typed!a} is not the name of an error class",
    )


def model(typed: str) -> Bad:
    return Bad(["ProcessOrder", "--model", typed], 2, "invalid-model", f"{typed!a} cannot be the name of a model")


def column(typed: str) -> Bad:
    return Bad(
        ["ProcessOrder", "--check-then-act", typed], 2, "invalid-column", f"{typed!a} cannot be the name of a column"
    )


def retry(typed: str) -> Bad:
    return Bad(["ProcessOrder", "--retry", typed], 2, "invalid-retry", f"--retry {typed!a} is not a number of retries")


def directory(typed: str) -> Bad:
    return Bad(["ProcessOrder", "--dir", typed], 1, "outside-root", f"--dir {typed!a} does not stay inside the repo")


def version(typed: str) -> Bad:
    return Bad(
        ["ProcessOrder", "--sidekiq-version", typed],
        2,
        "invalid-version",
        f"--sidekiq-version {typed[:40]!a} is not a version",
    )


def usage(arguments: str, message: str) -> Bad:
    return Bad(shlex.split(arguments), 2, "usage", message)


def clash(arguments: str, status: int, message: str, repo: Repo = PLAIN) -> Bad:
    return Bad(arguments, status, "contradictory-patterns", message, repo)


def stray(arguments: str, flag: str, owner: str) -> Bad:
    return clash(f"ProcessOrder {arguments}", 2, f"{flag} needs {owner}", UNIQUE)


def lockfile(text: bytes, code: str, message: str, arguments: str = "ProcessOrder") -> Bad:
    return Bad(arguments, 1, code, message, also=lambda root: (root / "Gemfile.lock").write_bytes(text))


def link(path: str, target: str) -> Callable[[Path], object]:
    def lay(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target.format(root=root, above=root.parent))

    return lay


def unlock(root: Path) -> None:
    (root / "Gemfile.lock").unlink()


def folder_for_lock(root: Path) -> None:
    unlock(root)
    (root / "Gemfile.lock").mkdir()


def dangling_lock(root: Path) -> None:
    unlock(root)
    (root / "Gemfile.lock").symlink_to("nowhere")


def plug(path: str) -> Callable[[Path], object]:
    """Something at a path that is neither a file nor a folder."""

    def lay(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        before = Path.cwd()
        os.chdir((root / path).parent)  # the path of a socket must be short
        try:
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(Path(path).name)
        finally:
            os.chdir(before)

    return lay


NO_LOCK_HERE = "Neither Gemfile.lock nor gems.locked was found in {root} or above it"
JOB = "app/jobs/process_order_job.rb"

BAD = [
    # names
    *map(no_class, ["", " ", "../x", "..", "/etc/x", "a/../../x", "a::::b", "a//b", "::A", "A::", "1abc", "_abc"]),
    *map(
        no_class,
        ["a.b", "a+b", "a  b", "a\nb", "a\0b", 'a"b', "a#{b}", "$a", "\xc4rger", "\U0001f600", "\udcff"],
    ),
    name("x" * 200, f"'{'x' * 60}...' cannot become the name of a Ruby class"),
    name("x/" * 5000, f"'{'x/' * 30}...' cannot become the name of a Ruby class"),
    name("class", "'class' is a reserved word of Ruby"),
    name("Class", "'Class' is a reserved word of Ruby"),
    name("billing/end", "'billing/end' is a reserved word of Ruby"),
    name("BEGIN", "'BEGIN' is a reserved word of Ruby"),
    name("Job", "'Job' is only a suffix"),
    name("Billing::Worker", "'Billing::Worker' is only a suffix"),
    name("String::Trim", "String::TrimJob would reopen String, which Ruby or Rails owns"),
    name("Sidekiq::Trim", "Sidekiq::TrimJob would reopen Sidekiq, which Ruby or Rails owns"),
    name("Encoding::Fix", "Encoding::FixJob would reopen Encoding, which Ruby or Rails owns"),
    # arguments
    *map(argument, ["class:string", "self", "end:record", "jid:string", "logger:hash", "Order:record", "1a:string"]),
    *map(argument, [":string", "a b:string", "a-b", "\xe4:string", "\udcff", "_1:string", "a\n:string"]),
    *map(argument, ["_id:record", "__:record", "self_id:record"]),
    *map(kind, ["text", "Integer", "datetime", "record:x", " string", "\udcff"]),
    *(
        Bad(f"Pair {arguments}", 2, "invalid-argument", "Two arguments have the same name")
        for arguments in ("a a", "a:string a:integer", "order:record order_id:string", "order:record order", "a b c a")
    ),
    *(
        Bad(
            f"Pair {argument} --idempotency-key",
            2,
            "invalid-argument",
            "'idempotency_key' cannot be the name of an argument",
        )
        for argument in ("idempotency_key", "idempotency_key:array")
    ),
    # values of flags
    *map(queue, ["", "a b", "a\nb", "a'b", 'a"b', "#{a}", ":a", "-", "\xe4", "\udcff", "a\\"]),
    *map(error, ["", "recordInvalid", "A::b", "A B", "A,B", "A\n", "\xc4", "A::", "\udcff", "raise"]),
    *map(model, ["", "::Order", "a b", "1", "Class", "\udcff", "order.rb", "../order"]),
    *map(column, ["", "ChargedAt", "charged at", "a;b", "self", "\udcff", "1"]),
    *map(retry, ["", "-1", "1.5", "many", "true", "nil", "10000", "\u0663", "1_0", "\udcff"]),
    Bad(
        ["ProcessOrder", "--dir", "."],
        1,
        "outside-root",
        "--dir . is the root of the repo, and no class in it would be found by its name",
    ),
    *map(directory, ["", "..", "../x", "app/../../x", "/etc", "app/jobs/..", "a\nb", "a\0b"]),
    *map(
        version, ["", "abc", "v7.3.2", " 7.3.2", "7.3.2\n", "7.3.2+x", "1!8.0", "7..3", "~> 7.0", "9" * 5000, "\udcff"]
    ),
    usage("", "The NAME of the job is missing"),
    usage("--queue low", "The NAME of the job is missing"),
    usage("X --nope", "No such option '--nope'"),
    usage("X --forc", "No such option '--forc'"),
    usage("X --retry", "Option '--retry' requires an argument"),
    usage("X --idempotency-key=yes", "Option '--idempotency-key' does not take a value"),
    usage(
        "X --kind job",
        "Invalid value for '--kind': 'job' is not one of 'record', 'plain', 'claim', 'backfill', 'fan-out'",
    ),
    usage("X --test cucumber", "Invalid value for '--test': 'cucumber' is not one of 'rspec', 'minitest', 'none'"),
    usage("X --lock-scope table", "Invalid value for '--lock-scope': 'table' is not one of 'transaction', 'session'"),
    usage("X --on-locked wait", "Invalid value for '--on-locked': 'wait' is not one of 'skip', 'retry'"),
    usage("X --discard-to limbo", "Invalid value for '--discard-to': 'limbo' is not one of 'dead', 'nowhere'"),
    usage(
        "X --on-conflict shout",
        "Invalid value for '--on-conflict': 'shout' is not one of 'log', 'raise', 'reject', 'replace', 'reschedule'",
    ),
    Bad("X --unique-ttl soon", 2, "invalid-duration", "--unique-ttl soon is not a length of time"),
    Bad("X --retry-for 1w", 2, "invalid-duration", "--retry-for 1w is not a length of time"),
    Bad("X --throttle 10/1.5h", 2, "invalid-duration", "--throttle 10/1.5h is not a length of time", THROTTLED),
    Bad("X --retry-after KeyError=2h", 2, "invalid-duration", "--retry-after ...=2h is not a length of time"),
    usage(
        "X --database oracle", "Invalid value for '--database': 'oracle' is not one of 'postgresql', 'mysql', 'sqlite'"
    ),
    usage("X --force --skip", "--force and --skip contradict each other"),
    usage("info nope", "Got unexpected extra argument (nope)"),
    Bad("patterns nope", 2, "unknown-pattern", "There is no pattern 'nope'"),
    Bad(
        "ProcessOrder --unique until_executed --unique-ttl 0",
        2,
        "invalid-duration",
        "--unique-ttl 0 is not a length of time",
        UNIQUE,
    ),
    Bad(
        "ProcessOrder --unique until_executed --unique-ttl -5",
        2,
        "invalid-duration",
        "--unique-ttl -5 is not a length of time",
        UNIQUE,
    ),
    # flags that contradict each other
    clash(
        "ProcessOrder --advisory-lock --row-lock", 1, "--advisory-lock and --row-lock are two locks for the same thing"
    ),
    stray("--lock-scope session", "--lock-scope", "--advisory-lock"),
    stray("--on-locked skip", "--on-locked", "--advisory-lock"),
    stray("--row-lock --lock-scope session", "--lock-scope", "--advisory-lock"),
    stray("--discard-to dead", "--discard-to", "--discard-on"),
    stray("--unique-ttl 60", "--unique-ttl", "--unique"),
    stray("--on-conflict log", "--on-conflict", "--unique"),
    clash(
        "ProcessOrder --discard-on A --retry false",
        1,
        "--discard-to dead contradicts --retry false, which keeps failed jobs out of the Dead set",
    ),
    clash(
        "ProcessOrder --discard-on A --discard-to dead --retry 0",
        1,
        "--discard-to dead adds nothing to --retry 0, which sends every failed job to the Dead set",
    ),
    *(
        clash(
            f"ProcessOrder --discard-on A --discard-on {everything}",
            1,
            f"--discard-on {everything.removeprefix('::')} matches every error, so that nothing would ever be retried",
        )
        for everything in ("StandardError", "::StandardError", "Exception")
    ),
    *(
        clash(f"ProcessOrder --kind plain {record}", 1, "--kind plain has no record, and a model was given")
        for record in ("--model Order", "order:record", "--model=")
    ),
    Bad(
        "ProcessInvoice --kind record",
        1,
        "no-model",
        "--kind record needs a model, and no file in app/models fits ProcessInvoiceJob",
    ),
    Bad("Sweep --check-then-act done", 1, "needs-record", "--check-then-act needs a record, and SweepJob has none"),
    Bad("Sweep --row-lock", 1, "needs-record", "--row-lock needs a record, and SweepJob has none"),
    # what this database or this set of gems cannot do
    *(
        Bad(
            f"ProcessOrder --check-then-act {column}",
            1,
            "column-is-no-mark",
            f"The column {column} is of the type {type_}, which cannot tell done from not done",
        )
        for column, type_ in (("state", "string"), ("total_cents", "integer"), ("id", "bigint"))
    ),
    *(
        Bad(
            f"ProcessOrder --advisory-lock {flags}",
            1,
            "no-advisory-locks",
            "--advisory-lock is not available on SQLite, which has no advisory locks",
            repo,
        )
        for repo, flags in ((SQLITE, ""), (SQLITE, "--lock-scope session"), (PLAIN, "--database sqlite"))
    ),
    Bad(
        "ProcessOrder --row-lock",
        1,
        "no-row-locks",
        "--row-lock is not available on SQLite, which has no row locks",
        SQLITE,
    ),
    Bad(
        "ProcessOrder --advisory-lock --lock-scope transaction",
        1,
        "no-transaction-lock",
        "--lock-scope transaction is not available on MySQL: GET_LOCK is held by the connection",
        MYSQL,
    ),
    *(
        Bad(
            f"ProcessOrder --{lock}-lock",
            1,
            "no-database",
            f"--{lock}-lock depends on the database, and neither Gemfile.lock nor config/database.yml names one",
            Repo(adapter="rack"),
        )
        for lock in ("advisory", "row")
    ),
    Bad(
        "ProcessOrder --unique until_executed",
        1,
        "needs-gem",
        "--unique needs sidekiq-unique-jobs, which is not in the lockfile",
    ),
    Bad(
        "ProcessOrder --unique until_executed",
        1,
        "unique-jobs-pair",
        "sidekiq-unique-jobs 7.1.33 does not work with Sidekiq 7.3.2, only from 5.0 up to, not including, 7.0",
        Repo(unique_jobs="7.1.33"),
    ),
    Bad(
        "ProcessOrder --unique until_executed",
        1,
        "unique-jobs-pair",
        "sidekiq-unique-jobs 8.0.2 does not work with Sidekiq 8.0.6, only from 7.0 up to, not including, 8.0",
        Repo(sidekiq="8.0.6", unique_jobs="8.0.2"),
    ),
    Bad(
        "ProcessOrder --unique until_executed",
        1,
        "unique-jobs-too-old",
        "sidekiq-unique-jobs 6.0.22 is older than 7.0, and its options had other names then",
        Repo(sidekiq="6.0.7", unique_jobs="6.0.22"),
    ),
    Bad(
        "ProcessOrder --unique while_executing --on-conflict replace",
        1,
        "unique-conflict-strategy",
        "The lock while_executing cannot replace a duplicate: "
        "it meets duplicates when they run, and there is nothing left to replace",
        UNIQUE,
    ),
    Bad(
        "ProcessOrder --unique until_executed --on-conflict raise",
        1,
        "unique-conflict-strategy",
        "The lock until_executed cannot raise a duplicate: "
        "it turns duplicates away when they are enqueued, and there only log and replace are valid",
        UNIQUE,
    ),
    # the lockfile
    lockfile(b"", "not-a-lockfile", "{root}/Gemfile.lock is not a lock file of Bundler"),
    lockfile(b"\n\n", "not-a-lockfile", "{root}/Gemfile.lock is not a lock file of Bundler"),
    lockfile(b"\x89PNG\r\n\x1a\n\x00\x00", "not-a-lockfile", "{root}/Gemfile.lock is not a lock file of Bundler"),
    lockfile(
        f"{HEADER}    sidekiq (7.3.2)\0\n".encode(),
        "not-a-lockfile",
        "{root}/Gemfile.lock is not a lock file of Bundler",
    ),
    lockfile(b"{}", "not-a-lockfile", "{root}/Gemfile.lock is not a lock file of Bundler"),
    lockfile(CONFLICTED.encode(), "lockfile-conflict", "{root}/Gemfile.lock has merge conflict markers (line 4)"),
    lockfile(
        CONFLICTED.replace("\n", "\r\n").encode(),
        "lockfile-conflict",
        "{root}/Gemfile.lock has merge conflict markers (line 4)",
    ),
    lockfile(
        CONFLICTED.encode(), "lockfile-conflict", "{root}/Gemfile.lock has merge conflict markers (line 4)", "info"
    ),
    lockfile(f"{HEADER}    rails (7.2.2)\n".encode(), "no-sidekiq", "Gemfile.lock locks no Sidekiq"),
    lockfile(
        f"{HEADER}    rack (3.0)\n      sidekiq (~> 7.0)\n\nDEPENDENCIES\n  sidekiq\n".encode(),
        "no-sidekiq",
        "Gemfile.lock locks no Sidekiq",
    ),
    lockfile(
        f"{HEADER}    sidekiq (5.2.9)\n".encode(),
        "sidekiq-too-old",
        "Sidekiq 5.2.9 is older than 6.0, the oldest supported",
    ),
    lockfile(
        f"{HEADER}    sidekiq (9.0.0)\n".encode(),
        "sidekiq-too-new",
        "Sidekiq 9.0.0 is newer than 8.x, the newest supported",
    ),
    Bad("ProcessOrder", 1, "no-lockfile", NO_LOCK_HERE, also=unlock),
    Bad("info", 1, "no-lockfile", NO_LOCK_HERE, also=unlock),
    Bad("patterns", 1, "no-lockfile", NO_LOCK_HERE, also=unlock),
    Bad(
        "ProcessOrder",
        1,
        "lockfile-unreadable",
        "{root}/Gemfile.lock is a folder",
        also=folder_for_lock,
    ),
    Bad(
        "ProcessOrder",
        1,
        "lockfile-unreadable",
        "{root}/Gemfile.lock cannot be read: No such file or directory",
        also=dangling_lock,
    ),
    Bad("ProcessOrder --lockfile nope.lock", 1, "no-lockfile", "There is no lockfile nope.lock"),
    Bad("ProcessOrder --lockfile app", 1, "lockfile-unreadable", "app is a folder"),
    Bad(["ProcessOrder", "--lockfile", ""], 1, "lockfile-unreadable", ". is a folder"),
    Bad("ProcessOrder --lockfile db/schema.rb", 1, "not-a-lockfile", "db/schema.rb is not a lock file of Bundler"),
    Bad("ProcessOrder --root nope", 2, "invalid-root", "--root nope is not a folder"),
    Bad("ProcessOrder --root Gemfile.lock", 2, "invalid-root", "--root Gemfile.lock is not a folder"),
    Bad(
        "ProcessOrder --root app",
        1,
        "no-lockfile",
        "Neither Gemfile.lock nor gems.locked was found in {root}/app or above it",
    ),
    # where files would go
    Bad(
        "ProcessOrder --dir app/out",
        1,
        "outside-root",
        "app/out/process_order_job.rb leads out of {root}",
        also=link("app/out", "{above}"),
    ),
    Bad("ProcessOrder", 1, "outside-root", f"{JOB} leads out of {{root}}", also=link("app/jobs", "{above}/jobs")),
    Bad("ProcessOrder", 1, "outside-root", f"{JOB} leads out of {{root}}", also=link(JOB, "{above}/x.rb")),
    Bad(
        "ProcessOrder",
        1,
        "outside-root",
        "spec/jobs/process_order_job_spec.rb leads out of {root}",
        also=link("spec/jobs", "../.."),
    ),
    Bad(
        "ProcessOrder --force",
        1,
        "not-a-file",
        f"{JOB} cannot be written: what is there is a folder",
        also=lambda root: (root / JOB).mkdir(parents=True),
    ),
    Bad(
        "ProcessOrder --force",
        1,
        "not-a-file",
        f"{JOB} cannot be written: what is there is no regular file",
        also=plug(JOB),
    ),
    *(
        Bad(
            f"ProcessOrder --dir {file}",
            1,
            "not-a-file",
            f"{file}/process_order_job.rb cannot be written: a folder on the way to it is a file",
        )
        for file in ("Gemfile.lock", "db/schema.rb/deeper")
    ),
    Bad(
        "ProcessOrder",
        1,
        "not-a-file",
        "spec/jobs/process_order_job_spec.rb cannot be written: a folder on the way to it is a file",
        replace(PLAIN, files={"spec/jobs": "a file\n"}),
    ),
    Bad(
        ["ProcessOrder", "--dir", "x" * 300],
        1,
        "unreadable",
        f"{'x' * 60}... cannot be read: File name too long",
    ),
    Bad(
        "ProcessOrder",
        3,
        "conflict",
        f"Already there with different content: {JOB}",
        replace(PLAIN, files={JOB: "# mine\n"}),
    ),
    *(
        Bad(
            "ProcessOrder",
            1,
            "class-exists",
            f"ProcessOrderJob is already defined in {path}",
            replace(PLAIN, files={path: text}),
        )
        for path, text in (
            ("app/services/process_order_job.rb", "class ProcessOrderJob\nend\n"),
            ("app/workers/process_order_job.rb", "class ProcessOrderJob < Base\nend\n"),
            ("app/lib/everything.rb", "class ProcessOrderJob\nend\n"),
            ("packs/shop/app/jobs/process_order_job.rb", "class ProcessOrderJob\nend\n"),
        )
    ),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.code}-{ascii(' '.join(bad.words[1:]))[1:41]}")
def test_it_is_refused(tmp_path: Path, bad: Bad) -> None:
    root = bad.repo.write(tmp_path / "repo")
    bad.also(root)
    before = whole(tmp_path)
    message = bad.message.format(root=root) if "{root}" in bad.message else bad.message
    sentence = message if message.endswith(("?", "?)")) else f"{message}."

    done = sidekiq_gen(root, *bad.words)
    told = sidekiq_gen(root, bad.words[0], "--json", *bad.words[1:])

    assert (done.status, told.status) == (bad.status, bad.status)
    document = json.loads(told.out)
    hint = document["error"]["hint"]
    assert ("files" in document) == (bad.code == "conflict")
    document.pop("files", None)
    assert document == {"schema": 1, "error": {"code": bad.code, "message": sentence, "hint": hint}}
    assert len(hint.split()) >= 3
    assert hint[0].isupper()
    shown = sentence.encode("utf-8", "replace").decode()
    assert (done.out, done.err) == ("", f"error  {shown}\n hint  {hint}\n")
    assert told.err == done.err
    assert whole(tmp_path) == before


@pytest.mark.parametrize("flag", ["--pretend", "--force", "--skip", "--quiet"])
def test_no_flag_makes_it_write(tmp_path: Path, flag: str) -> None:
    root = Repo(files={"spec/jobs": "a file\n"}).write(tmp_path)
    before = whole(root)

    done = sidekiq_gen(root, "job", "ProcessOrder", flag)

    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("error  spec/jobs/process_order_job_spec.rb cannot be written: ")
    assert whole(root) == before


def test_force_allows_a_second_class_of_that_name(tmp_path: Path) -> None:
    elsewhere = "app/services/process_order_job.rb"
    root = Repo(files={elsewhere: "class ProcessOrderJob\nend\n"}).write(tmp_path)

    done = sidekiq_gen(root, "job", "ProcessOrder", "--force")

    assert (done.status, done.err) == (0, "")
    assert (root / elsewhere).read_text() == "class ProcessOrderJob\nend\n"
    assert (root / JOB).is_file()


# what only a process of its own can show


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["job", "\udcff\udcfe"], r"'\udcff\udcfe' cannot become the name of a Ruby class."),
        (["job", "X", "\udcff:string"], r"'\udcff' cannot be the name of an argument."),
        (["job", "X", "--queue", "\udcff"], r"'\udcff' cannot be the name of a queue."),
        (["job", "X", "--xyzzy\udcff"], r"No such option '--xyzzy\udcff'."),
        (["\udcff"], r"No such command '\udcff'."),
        (
            ["job", "X", "--test", "\udcff"],
            "Invalid value for '--test': '?' is not one of 'rspec', 'minitest', 'none'.",
        ),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, arguments: list[str], shown: str) -> None:
    root = PLAIN.write(tmp_path)
    before = whole(root)

    done = in_a_process(root, arguments)

    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines()[0] in {f"error  {shown}", f"error  {shown}".replace("'?'", r"'\udcff'")}
    assert whole(root) == before


def as_typed(text: str) -> str:
    """An argument that reaches the command as UTF-8, whatever the locale of the tests themselves."""
    return os.fsdecode(text.encode())


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_a_locale_without_letters_changes_no_file(tmp_path: Path, locale: dict[str, str]) -> None:
    root, other = (PLAIN.write(tmp_path / name) for name in ("ascii", "utf8"))
    arguments = ["job", "ProcessOrder", "--dir", as_typed("app/j\xf6bs")]

    done = in_a_process(root, arguments, **locale)
    told = in_a_process(root, [*arguments, "--json"], **locale)

    assert (done.status, done.err) == (0, "")
    assert [line[:14] for line in done.out.splitlines()] == ["      create  ", "      create  "]
    assert [file["status"] for file in json.loads(told.out)["files"]] == ["identical", "identical"]
    assert in_a_process(other, arguments, PYTHONUTF8="1").status == 0
    assert whole(root) == whole(other)


def test_a_name_outside_ascii_is_refused_in_any_locale(tmp_path: Path) -> None:
    root = PLAIN.write(tmp_path)

    done = in_a_process(root, ["job", as_typed("\xc4nderung")], LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert (done.status, done.out) == (2, "")
    assert "cannot become the name of a Ruby class." in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("redirection", "status", "out"),
    [
        ("<&-", 0, f"      create  {JOB}\n      create  spec/jobs/process_order_job_spec.rb\n"),
        (">&-", 0, ""),
        ("2>&-", 0, f"      create  {JOB}\n      create  spec/jobs/process_order_job_spec.rb\n"),
        ("<&- >&- 2>&-", 0, ""),
        ("| head -c0", 0, ""),
    ],
)
def test_closed_streams(tmp_path: Path, redirection: str, status: int, out: str) -> None:
    root = PLAIN.write(tmp_path)

    done = in_shell(root, f"$GEN job ProcessOrder {redirection}")

    assert (done.status, done.out, done.err) == (status, out, "")
    assert (root / JOB).is_file()


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_hide_no_refusal(tmp_path: Path, redirection: str) -> None:
    root = PLAIN.write(tmp_path)
    before = whole(root)

    done = in_shell(root, f"$GEN job class {redirection}")

    assert (done.status, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert whole(root) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("arguments", "status", "written"),
    [
        ("job ProcessOrder", 0, True),
        ("job ProcessOrder --json", 0, True),
        ("job ProcessOrder --pretend", 1, False),
        ("info", 1, False),
        ("info --json", 1, False),
        ("patterns", 1, False),
        ("--version", 1, False),
        ("", 1, False),
    ],
)
def test_a_full_disk_behind_standard_output(tmp_path: Path, arguments: str, status: int, *, written: bool) -> None:
    # Once the files are there the run has succeeded: exit 1 would mean that nothing was written.
    root = PLAIN.write(tmp_path)

    done = in_shell(root, f"$GEN {arguments} >/dev/full")

    assert (done.status, done.out) == (status, "")
    assert done.err == (
        "error  The output cannot be written: No space left on device.\n"
        " hint  Check where standard output and standard error go to.\n"
    )
    assert (root / JOB).exists() == written


def test_without_a_home(tmp_path: Path) -> None:
    root = PLAIN.write(tmp_path)

    done = in_shell(root, "unset HOME; $GEN job ProcessOrder")

    assert (done.status, done.err) == (0, "")


def test_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()

    for command in ("job ProcessOrder", "info", "patterns"):
        (tmp_path / "gone").mkdir(exist_ok=True)
        done = in_shell(tmp_path / "gone", f'rmdir "$PWD"; $GEN {command}')

        assert (done.status, done.out) == (1, "")
        assert done.err == "error  The current folder is gone.\n hint  Change to one that exists, and run this again.\n"


def test_a_root_that_is_absolute_needs_no_current_folder(tmp_path: Path) -> None:
    root = PLAIN.write(tmp_path / "app")
    (tmp_path / "gone").mkdir()

    done = in_shell(tmp_path / "gone", f'rmdir "$PWD"; $GEN job ProcessOrder --root {root} && $GEN info --root {root}')

    assert (done.status, done.err) == (0, "")
    assert (root / JOB).exists()


# what file modes forbid


def bound(root: Path, *arguments: str) -> Finished:
    """Run the command as somebody to whom file modes apply, the superuser too."""
    command = [sys.executable, "-m", "sidekiq_gen", *arguments]
    if os.geteuid() == 0:
        command = ["setpriv", f"--bounding-set={OVERRIDES}", *command]
    done = subprocess.run(
        command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    return Finished.of(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("path", "mode", "arguments", "refused"),
    [
        ("app", 0o500, "job X --dir app/new", "app/new/x_job.rb cannot be written: Permission denied."),
        ("app/jobs", 0o500, "job ProcessOrder", f"{JOB} cannot be written: Permission denied."),
        ("app/jobs", 0o000, "job ProcessOrder", f"{JOB} cannot be read: Permission denied."),
        (
            "spec",
            0o500,
            "job ProcessOrder",
            "spec/jobs/process_order_job_spec.rb cannot be written: Permission denied.",
        ),
        (".", 0o500, "job X --dir jobs", "jobs/x_job.rb cannot be written: Permission denied."),
        ("Gemfile.lock", 0o000, "job ProcessOrder", "{root}/Gemfile.lock cannot be read: Permission denied."),
        ("Gemfile.lock", 0o000, "info", "{root}/Gemfile.lock cannot be read: Permission denied."),
    ],
)
def test_what_may_not_be_read_or_written(tmp_path: Path, path: str, mode: int, arguments: str, refused: str) -> None:
    root = PLAIN.write(tmp_path / "repo")
    (root / "app/jobs").mkdir()
    before = whole(root)
    usual = (root / path).stat().st_mode
    (root / path).chmod(mode)
    try:
        done = bound(root, *arguments.split())
    finally:
        (root / path).chmod(usual)

    assert (done.status, done.out) == (1, "")
    error, hint = done.err.splitlines()[-2:]
    assert error == f"error  {refused.format(root=root)}"
    assert hint.startswith(" hint  ")
    assert ("notice" in done.err) == ("--dir jobs" in arguments)  # from which nothing is loaded
    assert whole(root) == before


@pytest.mark.parametrize(
    ("path", "arguments", "status"),
    [
        ("app/models", "job ProcessOrder", 0),
        ("app/models", "job ProcessOrder --row-lock", 1),
        ("app/models/order.rb", "job ProcessOrder --check-then-act paid_at", 0),
        ("config/database.yml", "info", 0),
    ],
)
def test_what_is_there_and_cannot_be_read_does_not_count_as_missing_in_silence(
    tmp_path: Path, path: str, arguments: str, status: int
) -> None:
    root = PLAIN.write(tmp_path / "repo")
    for name in ("app/models/order.rb", "config/database.yml", "config/sidekiq.yml"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("class Order < ApplicationRecord\nend\n" if name.endswith("rb") else "a: 1\n")
    usual = (root / path).stat().st_mode
    (root / path).chmod(0o000)
    try:
        done = bound(root, *arguments.split())
    finally:
        (root / path).chmod(usual)

    told = f"{path} cannot be read: Permission denied: it counts as if it were not there."
    assert (done.status, told in done.err) == (status, True), done.err


@pytest.mark.parametrize(
    ("arguments", "status", "refused"),
    [
        ("info --root closed/repo", 2, "--root closed/repo is not a folder."),
        ("info --lockfile closed/Gemfile.lock", 1, "There is no lockfile closed/Gemfile.lock."),
    ],
)
def test_what_lies_in_a_closed_folder(tmp_path: Path, arguments: str, status: int, refused: str) -> None:
    root = PLAIN.write(tmp_path)
    PLAIN.write(root / "closed/repo")
    (root / "closed").chmod(0o000)
    try:
        done = bound(root, *arguments.split())
    finally:
        (root / "closed").chmod(0o700)

    assert (done.status, done.out) == (status, "")
    assert done.err.splitlines()[0] == f"error  {refused}"


def test_a_read_only_file_is_not_overwritten_even_with_force(tmp_path: Path) -> None:
    root = replace(PLAIN, files={JOB: "# mine\n"}).write(tmp_path)
    (root / JOB).chmod(0o400)
    before = whole(root)

    done = bound(root, "job", "ProcessOrder", "--force")

    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"error  {JOB} cannot be written: Permission denied.\n hint  Nothing was written.")
    assert whole(root) == before
