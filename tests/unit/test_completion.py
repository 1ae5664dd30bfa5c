"""What a shell is answered when somebody presses Tab, in the protocol that typer's scripts speak."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import pytest
import typer

from sidekiq_gen.check.rules.catalogue import BY_CODE
from sidekiq_gen.cli.commands import build_app
from sidekiq_gen.cli.words import read_words, write_words
from sidekiq_gen.job.resolve import all_flags
from support.command import in_a_process, sidekiq_gen
from support.repos import Repo
from support.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from support.command import Finished

FILES = {"config/sidekiq.yml": ":queues:\n  - critical\n  - payments\n  - default\n"}
STATES = "class Order < ApplicationRecord\n  enum :state, { pending: 0, paid: 1, failed: 2 }\nend\n"
JOB = "class SyncOrdersJob\n  include Sidekiq::Job\n\n  def perform\n  end\nend\n"
REPO = Repo(unique_jobs="8.0.10", files=FILES | {"app/models/order.rb": STATES, "app/jobs/sync_orders_job.rb": JOB})
REDIS = [code for code in sorted(BY_CODE) if code.startswith("redis-") and code != "redis-boolean"]


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    return REPO.write(tmp_path)


class Tab:
    """Somebody who presses Tab in one of the shells."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._root, self._monkeypatch = root, monkeypatch

    def fish(self, line: str, action: str = "get-args") -> Finished:
        return self._asked("fish", _TYPER_COMPLETE_ARGS=f"sidekiq-gen {line}", _TYPER_COMPLETE_FISH_ACTION=action)

    def zsh(self, line: str) -> Finished:
        return self._asked("zsh", _TYPER_COMPLETE_ARGS=f"sidekiq-gen {line}")

    def bash(self, words: str, breaks: str = ":=") -> Finished:
        """words: as they are typed; bash divides them at the breaks as well."""
        divided = ["sidekiq-gen"]
        for word in words.split(" "):
            parts = [""]
            for one in word:
                if parts[-1] and (one in breaks) != (parts[-1][-1] in breaks):
                    parts.append("")
                parts[-1] += one
            divided += parts
        return self._asked("bash", COMP_WORDS="\n".join(divided), COMP_CWORD=str(len(divided) - 1))

    def values(self, line: str) -> list[str]:
        """What fish would show, without the words about it."""
        done = self.fish(line)
        assert (done.status, done.err) == (0, "")
        return [one.partition("\t")[0] for one in done.out.splitlines()]

    def _asked(self, shell: str, **environment: str) -> Finished:
        with self._monkeypatch.context() as patched:
            patched.setenv("_SIDEKIQ_GEN_COMPLETE", f"complete_{shell}")
            for name, value in environment.items():
                patched.setenv(name, value)
            return sidekiq_gen(self._root)


@pytest.fixture(name="tab")
def _tab(root: Path, monkeypatch: pytest.MonkeyPatch) -> Tab:
    return Tab(root, monkeypatch)


def test_the_table_is_that_of_the_commands() -> None:
    written, wanted = (write_words(table).splitlines() for table in (read_words(), words()))
    assert [line for line in written if line not in wanted] == [], "run make words"
    assert written == wanted, "run make words"
    assert read_words(write_words(words())) == words()


def test_codes_of_rules_come_with_their_titles(tab: Tab) -> None:
    title = BY_CODE["redis-boolean"].title
    assert tab.fish("check --explain redis-bo").out.strip() == f"redis-boolean\t{title}"
    assert f'"redis-boolean":"{title}"' in tab.zsh("check --explain redis-bo").out
    assert tab.bash("check --only=retry-off,redis-bo").out.strip() == "retry-off,redis-boolean"


def test_the_table_has_every_flag_and_command() -> None:
    table = read_words()
    known = {name for word in table["job"] for name in word.names}
    assert {flag.option for flag in all_flags()} <= known
    group = typer.main.get_command(build_app())
    assert isinstance(group, click.Group)
    assert [word.names[0] for word in table[""] if word.kind == "command"] == list(group.commands)


@pytest.mark.parametrize("command", [path for path in read_words() if " " not in path])
def test_the_same_options_as_typer_would_name(tab: Tab, command: str) -> None:
    group = typer.main.get_command(build_app())
    one = group.commands[command] if command and isinstance(group, click.Group) else group
    context = click.Context(one, info_name="sidekiq-gen", help_option_names=["-h", "--help"])
    expected = {item.value for item in one.shell_complete(context, "--")}
    assert {value for value in tab.values(f"{command} --".lstrip()) if value.startswith("--")} == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("inst", ["install"]),
        ("nonsense x", []),
        ("--ver", ["--version"]),
        ("job --kind ", ["record", "plain", "claim", "backfill", "fan-out"]),
        ("job --kind=f", ["--kind=fan-out"]),
        ("job X --kind f", ["fan-out"]),
        ("job --queue payments --qu", ["--quiet"]),  # what is there already is not offered again
        ("job --discard-on A --discard-o", ["--discard-on"]),  # unless it may be there again
        ("job --dry-run --prete", []),
        ("job X -- --q", []),
        ("job --queue ", ["critical", "payments", "default"]),
        ("job --queue p", ["payments"]),
        ("job --queue zzz", []),
        ("job --model O", ["Order"]),
        ("job ChargeOrder --model ", ["Order", "Restaurant"]),
        ("job IndexRestaurant --model ", ["Restaurant", "Order"]),
        ("job --model Order --check-then-act ", ["settled_on", "charged_at", "processed", "state=pending:paid"]),
        ("job ChargeOrder --check-then-act c", ["charged_at"]),
        ("job X restaurant:record --check-then-act ", ["indexed_at"]),
        ("job --model Order --check-then-act state=paid:", ["state=paid:pending", "state=paid:failed"]),
        ("job --model=Order --check-then-act=state=paid:f", ["--check-then-act=state=paid:failed"]),
        ("job --model Order --mark-failed ", ["state=failed"]),
        ("job --discard-on PaymentGateway::C", ["PaymentGateway::CardDeclined"]),
        ("check --only redis-b", ["redis-boolean"]),
        ("check --except=redis-bo", ["--except=redis-boolean"]),
        ("check --only redis-boolean --only redis-", REDIS),  # what is there already is not offered again
        ("check --only retry-off,redis-boolean,redis-", [f"retry-off,redis-boolean,{code}" for code in REDIS]),
        ("check --against HEAD --only retry-", ["retry-off"]),  # a rule on changes
        ("check --only job-r", []),
        ("check --explain job-r", ["job-removed", "job-renamed"]),
        ("check --also ", [code for code in sorted(BY_CODE) if not BY_CODE[code].on]),
        ("job --unique until_e", ["until_executed", "until_executing", "until_expired"]),
        ("job X order:r", ["order:record"]),
        ("job X amount:decimal order:r", ["order:record"]),
        ("job X o", ["order:record"]),
        ("job SettleOrder --calls ", ["SettleOrder#call"]),
        ("job Set", ["SettleOrder"]),
        ("destroy ", ["job"]),
        ("destroy job ", ["SyncOrders"]),
        ("patterns ad", ["advisory-lock"]),
        ("patterns advisory-lock ", []),
        ("install --test m", ["minitest"]),
    ],
)
def test_what_is_offered(tab: Tab, line: str, expected: list[str]) -> None:
    assert tab.values(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("inst", "install"),
        ("job --queue=p", "payments"),
        ("job X order:r", "record"),
        ("job X order:", "integer\nstring\nfloat\nboolean\narray\nhash\nrecord\ndate\ntime\ndecimal"),
        ("job X order:rec amount:de", "decimal"),
        ("job --discard-on PaymentGateway::C", "CardDeclined"),
        ("job --discard-on PaymentGateway::", "CardDeclined\nError\nRateLimited"),
        ("job --model Order --check-then-act state=paid:", "pending\nfailed"),
        ("job --model Order --check-then-act state=pa", "paid:pending\npaid:failed"),
    ],
)
def test_bash_replaces_only_what_stands_behind_a_colon(tab: Tab, line: str, expected: str) -> None:
    assert tab.bash(line).out.rstrip("\n") == expected


def test_unless_its_user_has_colons_divide_nothing(tab: Tab) -> None:
    assert tab.bash("job X order:r", breaks="=").out == "order:record\n"
    assert tab.bash("job --queue=p", breaks="").out == "--queue=payments\n"


def test_bash_divided_by_spaces(tab: Tab, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    del tab
    monkeypatch.setenv("_SIDEKIQ_GEN_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "sidekiq-gen job --queue ")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert sidekiq_gen(root).out == "critical\npayments\ndefault\n"


FREE = ("job --retry-after-limit ", "job --queue zzz", "patterns advisory-lock ", "job Nothing")
WITH_FILES = ("job --from ", "job --lockfile=", "job --overwrite a", "info --lockfile x")
WITH_FOLDERS = ("job --templates ", "job --root ", "info --root=a", "job --dir app/zzz")


@pytest.mark.parametrize("line", FREE)
def test_no_files_where_none_are_meant(tab: Tab, line: str) -> None:
    """Bash offers files where it is answered nothing, zsh where it is told to, fish where there are no arguments."""
    lines = tab.bash(line).out.splitlines()
    assert len(lines) == 2
    assert lines[1] == " "
    assert tab.zsh(line).out.startswith("_message -r '")
    assert tab.fish(line, "is-args").status == 0
    assert tab.fish(line).out == ""


@pytest.mark.parametrize("line", [*WITH_FILES, *WITH_FOLDERS])
def test_files_where_they_are_meant(tab: Tab, line: str) -> None:
    assert tab.bash(line).out == ""
    assert tab.zsh(line).out.strip() == ("_files -/" if line in WITH_FOLDERS else "_files")
    assert tab.fish(line, "is-args").status == 1


def test_zsh_and_fish_show_what_a_value_is_for(tab: Tab) -> None:
    done = tab.zsh("job --kind c")
    assert done.out.startswith("""_arguments '*: :(("claim":"drains a backlog of rows with """)
    assert tab.fish("job --on-locked s").out == "skip\tdrop the run, with one line in the log\n"
    assert tab.zsh("job X order:r").out == """_arguments '*: :(("order\\\\:record"))'\n"""


HOSTILE = "$(touch pwned)`touch pwned`'\";touch pwned;#"


@pytest.mark.parametrize("name", [HOSTILE, "a b", "\x1b[31m", "\\", "\u202e"])
def test_nothing_of_a_repo_is_for_a_shell_to_evaluate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Zsh evaluates what it is answered, and what is evaluated once more inside."""
    model = f"class Order < ApplicationRecord\n  enum :state, {{ {name!r} => 0, done: 1 }}\nend\n"
    files = {f"lib/{name}.rb": "class Gone < StandardError; end\n", "app/models/order.rb": model}
    tab = Tab(Repo(files=files).write(tmp_path), monkeypatch)
    for line in ("job --discard-on G", "job --model Order --check-then-act state=", "job --model Order --mark-failed "):
        outer, _, inner = tab.zsh(line).out.partition("'")
        assert outer in {"_arguments ", "_message -r "}
        inner = inner.rstrip("\n").removesuffix("'")
        assert not set(inner.replace("\\\\:", "")) & set("'`$\\\x1b!&<>{}~\u202e")
        for shown in (tab.fish(line).out, tab.bash(line).out):
            assert all(one.isprintable() or one in "\n\t" for one in shown)


def test_values_with_a_space_are_typed_as_bash_needs_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = 'class Order < ApplicationRecord\n  enum :state, { "on hold" => 0, done: 1 }\nend\n'
    tab = Tab(Repo(files={"app/models/order.rb": model}).write(tmp_path), monkeypatch)
    assert tab.bash("job --model Order --check-then-act state=").out == "on\\ hold:done\ndone:on\\ hold\n"
    assert tab.values("job --model Order --check-then-act state=o") == ["state=on hold:done"]
    assert tab.values("job --model Order --check-then-act state=on\\ h") == ["state=on hold:done"]
    assert tab.values('job --model Order --check-then-act "state=on h') == ["state=on hold:done"]


LINES = (
    *("", "job ", "job X ", "job --model Order --check-then-act ", "job --queue ", "job --discard-on ", "patterns "),
    *("job --root /nowhere --queue ", "job --lockfile /nowhere --model ", "job --model $ --check-then-act ", "job :"),
)


@pytest.mark.parametrize("lockfile", [None, "", "<<<<<<< HEAD\n", "GEM\n  specs:\n", "\0"])
def test_a_broken_repo_is_no_reason_for_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lockfile: str | None
) -> None:
    root = Repo(files={"config/sidekiq.yml": "[" * 3_000, "db/schema.rb": "\0"}).write(tmp_path)
    (root / "Gemfile.lock").unlink()
    if lockfile is not None:
        (root / "Gemfile.lock").write_text(lockfile, encoding="utf-8")
    tab = Tab(root, monkeypatch)
    for line in LINES:
        for done in (tab.bash(line), tab.zsh(line), tab.fish(line), tab.fish(line, "is-args")):
            assert done.err == ""
            assert done.status in {0, 1}
    assert tab.values("job --model O") == ["Order"]


@pytest.mark.parametrize("environment", [{}, {"COMP_WORDS": "sidekiq-gen", "COMP_CWORD": "x"}, {"COMP_CWORD": "9" * 9}])
def test_a_shell_that_says_too_little(root: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    monkeypatch.setenv("_SIDEKIQ_GEN_COMPLETE", "complete_bash")
    for name in ("COMP_WORDS", "COMP_CWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = sidekiq_gen(root)
    assert (done.status, done.err) == (0, "")


def test_any_other_shell_is_left_to_typer(root: Path) -> None:
    asked = {
        "_SIDEKIQ_GEN_COMPLETE": "complete_powershell",
        "_TYPER_COMPLETE_ARGS": "sidekiq-gen inst",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": "inst",
    }
    assert in_a_process(root, [], **asked).out.startswith("install:::")


def test_a_defect_is_shown_to_whoever_looks_for_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str | None = None) -> Iterable[object]:
        raise ZeroDivisionError(text)

    monkeypatch.setattr(sys.modules["sidekiq_gen.cli.completion"], "read_words", broken)
    monkeypatch.setenv("_SIDEKIQ_GEN_COMPLETE", "complete_fish")
    assert sidekiq_gen(root).err == ""
    monkeypatch.setenv("SIDEKIQ_GEN_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        sidekiq_gen(root)
