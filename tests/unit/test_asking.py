"""What is asked on a terminal, without one: every question changes what is written, for every kind and safeguard.

A person takes what is offered, but for one question, and what is written then has to differ.
"""

from __future__ import annotations

import contextlib
import io
import shlex
from dataclasses import dataclass, field
from functools import cached_property
from time import gmtime
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.cli import prompts, widgets
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.talk import OTHER
from sidekiq_gen.job.defaults import Defaults
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.pipeline import command_line, generate_job
from sidekiq_gen.job.recommended import participles
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.settings import FILE
from sidekiq_gen.sidekiq.unique_locks import LOCKS
from support.repos import Repo
from support.requests import answers as from_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sidekiq_gen.cli.talk import Question, Reply
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.pipeline import Generated

NOW = gmtime(0)
GEMS = {"sidekiq-throttled": "1.5.2", "sidekiq-pro": "7.3.6"}
HOUSE = Repo(unique_jobs="8.0.10", gems=GEMS, files={"config/sidekiq.yml": ":queues:\n  - critical\n  - default\n"})
# What is typed where nothing is offered, and what else than is offered; by the beginning of the question.
TYPED = {
    "What is the job called?": ("ChargeOrders", "SettleOrders"),
    "Which arguments does perform take": ("", "amount:decimal, since:date"),
    "How many retries?": ("", "2h"),
    "How many lines of the backtrace": ("", "true"),
    "Which tags?": ("billing", "nightly"),
    "How many rows at a time?": ("", "50"),
    "What is the job for one record called?": ("", "SettleOne"),
    "After how many rows": ("", "7"),
    "After how long is the rest": ("", "2m"),
    "Which column counts": ("", "attempts"),
    "Which column says until when": ("", "rests_until"),
    "Which column marks the work as done?": ("charged_at", "settled_at"),
    "Which errors are permanent?": ("KeyError", "IOError, KeyError"),
    "After how long is the lock released": ("", "2h"),
    "Which errors carry their own delay?": ("SearchIndex::Busy", "SearchIndex::Late=wait"),
    "How many times is a job rescheduled": ("", "3"),
    "Which column says that the record has failed?": ("", "settled_at"),
    "How many runs in how long?": ("10/60", "5/1h"),
}


@dataclass
class Person:
    """Somebody who takes what is offered, but for what is in `replies`, by the beginning of the question.

    seen: the questions so far, each with the other answers there are.
    """

    replies: dict[str, Any]
    seen: dict[str, list[Any]] = field(default_factory=dict)

    def reply(self, question: str, offered: Reply) -> Reply:
        replies: dict[str, Reply] = self.replies
        return next((reply for start, reply in replies.items() if question.startswith(start)), offered)

    def ask(self, question: Question, offered: Reply) -> Reply:
        """Reply as a person would, to a question that is fit to be asked."""
        if question.key == "write":
            return offered
        if question.form == "text" and question.key.partition(OTHER)[0] not in {"queue", "model"}:
            usual, other = next(pair for start, pair in TYPED.items() if question.text.startswith(start))
            self.seen[question.text] = [other]
            reply = self.reply(question.text, offered or usual)
        elif question.form == "yes":
            self.seen[question.text] = ["no" if offered == "yes" else "yes"]
            reply = self.reply(question.text, offered)
        else:
            reply = self.of_a_list(question, offered)
        assert question.holds(reply), f"{question.text} {reply}"
        return reply

    def of_a_list(self, question: Question, offered: Reply) -> Reply:
        possible = [line.value for line in question.lines() if line.value and not line.why_not]
        if question.form == "several":
            self.seen[question.text] = [[value] for value in possible]
            return self.reply(question.text, offered)
        possible = [value for value in possible if value != widgets.ANOTHER]
        assert len(possible) > 1 or question.key in {"queue", "model"}, f"{question.text} has one answer only"
        first = offered if offered in possible else possible[0]
        self.seen[question.text] = [value for value in possible if value != first]
        return self.reply(question.text, first)


@dataclass
class House:
    """A repo, which stays as it is, and what is asked there."""

    root: Path
    monkeypatch: pytest.MonkeyPatch

    def interview(self, replies: dict[str, Any], line: str = "") -> tuple[Person, Answers]:
        person = Person({"What is the job called?": "ChargeOrders"} | replies)
        self.monkeypatch.setattr(widgets, "ask", person.ask)
        defaults, project = Defaults.read(self.project.app.settings), self.project
        given = defaults.complete(from_line(line) if line else {}, project)

        def make(answers: Answers) -> Generated:
            return generate_job(answers, project, NOW)

        asked, _ = prompts.ask_for_job(given, project, self.console, defaults, make=make, where=Where())
        return person, asked

    @cached_property
    def project(self) -> Any:
        return detect_project(Where(root=self.root), self.root)

    @property
    def console(self) -> Console:
        return Console(io.StringIO(), io.StringIO(), quiet=False, json=False)

    def written(self, asked: Answers) -> dict[str, str]:
        made = generate_job(asked, self.project, NOW)
        return {file.path: file.text for file in made.plan.files}


@pytest.fixture
def monkey(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(widgets, "on_the_terminal", contextlib.nullcontext)
    monkeypatch.setattr(widgets, "fitting", lambda text, *_: text)
    return monkeypatch


def without_change(house: House, base: dict[str, Any], line: str = "", besides: int = 0) -> Iterator[str]:
    """The questions whose answer changes nothing; those besides are the first ones, which others are tried with."""
    person, asked = house.interview(base, line)
    usual = house.written(asked)
    for question, others in list(person.seen.items())[besides:]:
        for other in others:
            rest = {start: reply for start, reply in base.items() if not question.startswith(start)}
            _, answered = house.interview({question: other, **rest}, line)
            if house.written(answered) == usual:
                yield f"{question} {other}"


KINDS_OF: dict[str, dict[str, str]] = {kind.name: {"What kind of job": kind.name} for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS_OF)
def test_every_question_about_a_job_changes_what_is_written(
    tmp_path: Path, monkey: pytest.MonkeyPatch, kind: str
) -> None:
    house = House(HOUSE.write(tmp_path), monkey)
    replies = {**KINDS_OF[kind], "Which model": "Order"}

    assert list(without_change(house, {**replies, "Which safeguards?": []}, besides=2)) == []


def pairs() -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        of_the_work = "record" if kind.name == "fan-out" else kind.name
        yield from ((kind.name, pattern.name) for pattern in PATTERNS if of_the_work in pattern.kinds)


def line_for(kind: str) -> str:
    subject = "--kind plain amount:integer" if kind == "plain" else f"--model Order --kind {kind}"
    return f"ChargeOrders {subject} --queue low --tags x --backtrace 5 --no-dead --retry 5"


@pytest.mark.parametrize(("kind", "pattern"), [*pairs()])
def test_every_question_about_a_safeguard_changes_what_is_written(
    tmp_path: Path, monkey: pytest.MonkeyPatch, kind: str, pattern: str
) -> None:
    house = House(HOUSE.write(tmp_path), monkey)
    person, _ = house.interview({"Which safeguards?": []}, line_for(kind))
    if [pattern] not in person.seen["Which safeguards?"]:
        pytest.skip("not available for this kind")

    found = without_change(house, {"Which safeguards?": [pattern]}, line_for(kind), besides=len(person.seen))

    assert list(found) == []


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("repo", [HOUSE, Repo(sidekiq="8.1.7", unique_jobs="8.1.0")], ids=["8.0.10", "8.1.0"])
def test_every_question_about_a_lock_changes_what_is_written(
    tmp_path: Path, monkey: pytest.MonkeyPatch, repo: Repo, lock: str
) -> None:
    if lock == "while_executing_reject" and repo is HOUSE:
        pytest.skip("refused below 8.0.11")
    house = House(repo.write(tmp_path), monkey)
    line = f"{line_for('record')} --unique {lock}".replace("--no-dead", "")

    assert list(without_change(house, {"Which safeguards?": [], "Which options?": []}, line, besides=3)) == []


@pytest.mark.parametrize("retry", ["0", "false"])
@pytest.mark.parametrize("adapter", ["pg", "mysql2", "sqlite3"])
@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_no_question_has_one_answer_only(
    tmp_path: Path, monkey: pytest.MonkeyPatch, retry: str, adapter: str, pattern: Any
) -> None:
    house = House(Repo(unique_jobs="8.0.10", gems=GEMS, adapter=adapter).write(tmp_path), monkey)
    line = f"ChargeOrders order:record --queue low --retry {retry}"
    person, _ = house.interview({"Which safeguards?": []}, line)
    if [pattern.name] in person.seen.get("Which safeguards?", []):
        house.interview({"Which safeguards?": [pattern.name]}, line)


@pytest.mark.parametrize(("kind", "pattern"), [*pairs()])
def test_the_command_line_that_is_printed_gives_the_same_bytes(
    tmp_path: Path, monkey: pytest.MonkeyPatch, kind: str, pattern: str
) -> None:
    if kind == "plain" and pattern in {"row-lock", "check-then-act"}:
        pytest.skip("not available for this kind")
    house = House(HOUSE.write(tmp_path), monkey)
    replies: dict[str, Any] = {
        **KINDS_OF[kind],
        "Which model": "Order",
        "Which safeguards?": [pattern],
        "Which options?": ["tags", "backtrace"],
        "Which arguments": "amount:decimal, since:date",
        "How many retries?": "2h",
        "Put the jobs into a batch": "yes",
    }
    person, asked = house.interview(replies)
    assert pattern == "check-then-act" or [pattern] in person.seen["Which safeguards?"]

    made = generate_job(asked, house.project, NOW)
    words = shlex.split(command_line(asked, Where(), made.request, house.project.app))

    assert words[:2] == ["sidekiq-gen", "job"]
    assert words[-1] == "--no-input"
    assert house.written(from_line(shlex.join(words[2:-1]))) == house.written(asked)


def test_arguments_are_asked_for(tmp_path: Path, monkey: pytest.MonkeyPatch) -> None:
    house = House(HOUSE.write(tmp_path), monkey)
    replies = {
        "What kind": "plain",
        "Which arguments": "account_id:integer on:date",
        "Which safeguards?": ["log-context"],
    }

    _, asked = house.interview(replies)

    assert "def perform(account_id, on)" in house.written(asked)["app/jobs/charge_orders_job.rb"]


def test_a_length_of_time_is_an_answer_to_how_many_retries(tmp_path: Path, monkey: pytest.MonkeyPatch) -> None:
    house = House(HOUSE.write(tmp_path), monkey)

    _, asked = house.interview({"What kind": "plain", "How many retries?": "2h", "Which safeguards?": []})

    assert "retry_for: 2.hours.to_i" in house.written(asked)["app/jobs/charge_orders_job.rb"]


def test_options_that_the_retries_rule_out_are_not_offered(tmp_path: Path, monkey: pytest.MonkeyPatch) -> None:
    house = House(HOUSE.write(tmp_path), monkey)

    person, _ = house.interview({"Which safeguards?": []}, "ChargeOrders order:record --retry false")

    assert person.seen["Which options?"] == [["tags"]]


def test_safeguards_of_which_no_answer_can_be_had_are_not_offered(tmp_path: Path, monkey: pytest.MonkeyPatch) -> None:
    house = House(HOUSE.write(tmp_path), monkey)

    person, _ = house.interview({}, "ChargeOrders --model Order --kind backfill --retry false")

    assert ["discard-on"] not in person.seen["Which safeguards?"]
    assert ["throttle"] in person.seen["Which safeguards?"]


def test_safeguards_that_exclude_each_other_are_told_where_they_are_chosen(
    tmp_path: Path, monkey: pytest.MonkeyPatch
) -> None:
    house = House(HOUSE.write(tmp_path), monkey)
    line = "ChargeOrders --kind plain --retry 5 --queue low"

    with pytest.raises(AssertionError, match="Which safeguards"):
        house.interview({"Which safeguards?": ["idempotency-key", "retry-after"]}, line)
    house.interview({"Which safeguards?": ["idempotency-key", "retry-after"]}, f"{line} order_id:integer")


def test_what_the_repo_speaks_for_is_selected_with_the_reason(tmp_path: Path, monkey: pytest.MonkeyPatch) -> None:
    house = House(HOUSE.write(tmp_path), monkey)

    _, asked = house.interview({}, "SettleOrders order:record --calls SettleOrder#call")
    _, other = house.interview({}, "ShipOrders order:record --calls PaymentGateway.charge")

    assert asked["check_then_act"].value == "settled_on"
    assert asked["idempotency_key"].value is True
    assert not {"check_then_act", "on_exhausted"} & other.keys()


@pytest.mark.parametrize(
    ("verb", "words"),
    [("charge", {"charged"}), ("notify", {"notified"}), ("pay", {"paid"}), ("cancel", {"canceled", "cancelled"})],
)
def test_participles(verb: str, words: set[str]) -> None:
    assert participles(verb) == words


def test_a_lock_that_follows_one_strategy_only_is_not_asked_for_another(
    tmp_path: Path, monkey: pytest.MonkeyPatch
) -> None:
    house = House(Repo(sidekiq="8.1.7", unique_jobs="8.1.0").write(tmp_path), monkey)

    person, _ = house.interview(
        {"Which safeguards?": [], "Which options?": []}, "Charge order:record --unique while_executing_reject"
    )

    assert [question for question in person.seen if "duplicate" in question] == []


SETTINGS = """[job]
queue = "critical"
retry = 7
advisory-lock = true
lock-scope = "session"
throttle = "5/1h"
"""
RECORD = {"What kind of job": "record", "Which model": "Order"}


@dataclass
class Settled:
    """What comes of one conversation in a repo with settings: the questions, the job, the equivalent command."""

    person: Person
    job: str
    line: str


def settled(tmp_path: Path, monkey: pytest.MonkeyPatch, replies: dict[str, Any], line: str = "") -> Settled:
    house = House(HOUSE.write(tmp_path), monkey)
    (tmp_path / FILE).write_text(SETTINGS, encoding="utf-8")
    person, asked = house.interview({**RECORD, **replies}, line)
    written = house.written(asked)
    made = generate_job(asked, house.project, NOW)
    command = command_line(asked, Where(), made.request, house.project.app)
    return Settled(person, written["app/jobs/charge_orders_job.rb"], command)


def test_what_the_settings_say_is_offered(tmp_path: Path, monkey: pytest.MonkeyPatch) -> None:
    told = settled(tmp_path, monkey, {})

    assert 'queue: "critical", retry: 7' in told.job
    assert "pg_advisory_unlock" in told.job
    assert "threshold: { limit: 5, period: 1.hour }" in told.job
    assert not [question for question in told.person.seen if question.startswith(("How long is the", "How many runs"))]
    assert "--advisory-lock --lock-scope session" in told.line


def test_an_answer_goes_before_the_settings(tmp_path: Path, monkey: pytest.MonkeyPatch) -> None:
    replies = {"Which queue": "default", "How many retries": "2h", "Which safeguards?": ["throttle", "row-lock"]}

    told = settled(tmp_path, monkey, replies)

    assert 'queue: "default", retry_for: 2.hours.to_i' in told.job
    assert "advisory" not in told.job
    assert "with_lock" in told.job
    assert told.line.endswith("--row-lock --throttle 5/1h --no-input")
    assert "--retry-for 7200 --without advisory-lock" in told.line


def test_what_was_typed_stays(tmp_path: Path, monkey: pytest.MonkeyPatch) -> None:
    told = settled(
        tmp_path, monkey, {}, "ChargeOrders --queue low --retry 3 --without throttle --lock-scope transaction"
    )

    assert 'queue: "low", retry: 3' in told.job
    assert "pg_try_advisory_xact_lock" in told.job
    assert "throttle" not in told.job
    assert not [question for question in told.person.seen if question.startswith(("Which queue", "How many retries"))]
