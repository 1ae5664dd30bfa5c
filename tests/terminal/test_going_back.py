"""Taking answers back, and terminals that are unlike others."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.command import tree
from support.person import DOWN, ENTER, ESCAPE, SPACE, UP, talk
from support.repos import Repo
from support.terminal import (
    ARGUMENTS,
    KIND,
    LINE,
    MISSING,
    MODEL,
    NAME,
    OPTIONS,
    QUEUE,
    RETRIES,
    SAFEGUARDS,
    STOREFRONT,
    WORK,
    WRITE,
    Terminal,
    plain_environment,
)
from support.tools import require

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.cli.talk import Question, Reply

CHANGE = "Which answer is to be another one?"
PASTE = "\x1b[200~{}\x1b[201~"
CTRL_Z = "\x1a"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_environment(monkeypatch)


def test_escape_goes_back_no_changes_an_answer_and_a_repo_recommends(tmp_path: Path) -> None:
    root = tmp_path / "storefront"
    shutil.copytree(STOREFRONT, root)

    terminal = Terminal(root, "ChargeOrder")
    terminal.answer(KIND, ENTER).answer(MODEL, ENTER).answer(ARGUMENTS, ESCAPE).answer(MODEL, ENTER)
    terminal.answer(ARGUMENTS, PASTE.format("amount:decimal\nsince:date\n")).see("amount:decimal since:date").type(
        ENTER
    )
    terminal.answer(QUEUE, ENTER).answer(RETRIES, ESCAPE).answer(QUEUE, f"{DOWN}{ENTER}").answer(RETRIES, ENTER)
    terminal.answer(OPTIONS, ENTER).answer(MISSING, ENTER).answer(WORK, ENTER)
    terminal.see(SAFEGUARDS).see("May it be done twice?").see("● check-then-act").see(
        "[recommended: charged_at is there]"
    )
    terminal.type(ENTER).see("app/jobs/charge_order_job.rb:").see("return if order.charged_at?")
    terminal.see("spec/jobs/charge_order_job_spec.rb:").see("more lines)").answer(WRITE, "d")
    terminal.see("spec/jobs/charge_order_job_spec.rb:").answer(WRITE, "n")
    terminal.see(CHANGE).see("Which queue? search").type(f"{DOWN * 3}{ENTER}").answer(QUEUE, f"{UP}{ENTER}")
    terminal.answer(WRITE, ESCAPE).answer(SAFEGUARDS, f"{SPACE}{ENTER}").answer(WRITE, "q")

    assert terminal.end() == 1
    line = "sidekiq-gen job ChargeOrder amount:decimal since:date --model Order --kind record --queue"
    assert f"hint  To go on later: {line}" in terminal.shown.replace("\n       ", " ")
    assert not (root / "app/jobs/charge_order_job.rb").exists()


def test_a_name_that_is_taken_is_told_at_once_and_a_refusal_leads_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Repo(files={"app/jobs/foo_job.rb": "class FooJob\nend\n"}).write(tmp_path)
    seen: list[str] = []

    def keys(question: Question, _offered: Reply) -> str:
        seen.append(question.key)
        if question.key == "name":
            return f"foo{ENTER}"
        return "q" if question.key == "write" else ENTER

    talked = talk(root, ["job"], keys, monkeypatch)

    told = "app/jobs/foo_job.rb is there already: you will be asked whether to overwrite it."
    assert told in talked.shown.partition(KIND)[0].replace("\r", "").replace("\n", " ")
    assert "(now)" in talked.shown  # what would change is shown as such
    assert seen[:2] == ["name", "kind"]


def test_what_was_not_asked_can_be_said_and_a_model_that_is_not_there_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Repo().write(tmp_path)
    more = iter([f"{UP}{ENTER}"])
    wanted = iter(["n"])

    def keys(question: Question, _offered: Reply) -> str:
        if question.key == "more":
            options = [line.value for line in question.lines()]
            assert "--base" not in options  # which is decided before anything else
            return f"{DOWN * options.index('--test')}{ENTER}"
        own = {"model": f"{UP}{ENTER}", "model+": f"Ordr{ENTER}", "test": f"{UP}{ENTER}"}
        if question.key in {"write", "change"}:
            return next(wanted if question.key == "write" else more, ENTER)
        return own.get(question.key, ENTER)

    talked = talk(root, ["job", "Foo", "--kind", "record"], keys, monkeypatch)

    assert "Ordr is not a model of this repo. Did you mean Order? Esc asks again." in talked.shown
    assert talked.status == 0
    assert "--test none" in talked.shown.rpartition(LINE)[2]
    assert not [path for path in tree(root) if path.startswith("spec/jobs")]


def test_a_terminal_that_cannot_move_its_cursor_is_asked_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    root = Repo().write(tmp_path)

    terminal = Terminal(root)
    terminal.answer(NAME, "1st\n").see("cannot become the name").answer(NAME, "SettleOrder\n")
    terminal.see("1) record: works on one record").answer(KIND, "record\n").answer(MODEL, "1\n").answer(
        ARGUMENTS, "<\n"
    )
    terminal.answer(MODEL, "\n").answer(ARGUMENTS, "\n").answer(QUEUE, "9\n").see("9 is none of them.")
    terminal.answer(QUEUE, "\n").answer(RETRIES, "\n").answer(OPTIONS, "none\n").answer(MISSING, "2\n").answer(
        WORK, "\n"
    )
    terminal.see("1) * check-then-act").see("- throttle (").answer(SAFEGUARDS, "\n").answer(WRITE, "y\n")

    assert terminal.end() == 0
    assert "\x1b" not in terminal.raw
    assert "--on-missing retry --check-then-act settled_on" in terminal.shown.rpartition(LINE)[2]


def test_a_locale_without_circles_and_a_terminal_that_gets_narrower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    root = Repo().write(tmp_path)

    terminal = Terminal(root, "SettleOrder", "order:record", "--queue", "low", "--retry", "2", "--on-missing", "log")
    terminal.answer(OPTIONS, ENTER).answer(WORK, ENTER).see(SAFEGUARDS).see("> * check-then-act").see(
        "  o idempotency-key"
    )
    terminal.child.setwinsize(60, 50)
    terminal.see("> * check-then-act: skip the work when a").see("column of the record").type("q")

    assert terminal.end() == 1


def test_a_question_can_be_suspended(tmp_path: Path) -> None:
    require("bash", "apt-get install bash")
    root = Repo().write(tmp_path)
    shell = Terminal.shell(root)

    shell.type("$GEN job Foo --kind plain --queue low --retry 1\n").see(ARGUMENTS).type(CTRL_Z).see("Stopped")
    shell.type("fg\n").see(ARGUMENTS).type(f"at:date{ENTER}").answer(OPTIONS, "q").see("To go on later")

    shell.type("exit\n")
    shell.end()


def test_a_robot_with_a_terminal_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    root = Repo().write(tmp_path)

    assert Terminal(root, "Foo", "order:record").end() == 0
    assert "app/jobs/foo_job.rb" in tree(root)
