"""A conversation: what is asked again, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.cli.talk import OTHER, Back, Conversation, Line, Question
from sidekiq_gen.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from sidekiq_gen.cli.talk import Flow, Reply


class Person:
    """Replies with what is in the script, in order; ``None`` goes back, what is missing takes what is offered."""

    def __init__(self, *script: str | None) -> None:
        self.script, self.asked = list(script), list[tuple[str, "Reply"]]()

    def __call__(self, question: Question, offered: Reply) -> Reply:
        self.asked.append((question.key, offered))
        reply = self.script.pop(0) if self.script else offered
        if reply is None:
            raise Back
        return reply


def refusing(word: str) -> Callable[[str], None]:
    def parse(text: str) -> None:
        if text == word:
            raise InvalidInput(f"{word} cannot be had.", hint="Say something else.", code="usage")

    return parse


def errands() -> Flow[list[Reply]]:
    """Where to, what there (the offer depends on that), which of two, and who."""
    place = yield Question("place", "Where to?", offered="market")
    thing = yield Question("thing", "What?", offered=f"fruit of the {place}")
    lines = [Line("now"), Line("later", why_not="closed" if place == "bakery" else "")]
    when = yield Question("when", "When?", "one", "now", lines=lambda: lines)
    who = yield Question("who", "Who?", offered="me", parse=refusing(f"{when} nobody"))
    return [place, thing, when, who]


def test_everything_is_asked_once() -> None:
    person = Person("bakery", "bread")

    assert Conversation(errands, person).run() == ["bakery", "bread", "now", "me"]
    assert [key for key, _ in person.asked] == ["place", "thing", "when", "who"]


def test_going_back_asks_the_last_question_again_with_its_reply() -> None:
    person = Person("market", "eggs", None, "milk")

    assert Conversation(errands, person).run() == ["market", "milk", "now", "me"]
    assert [*person.asked[:4]] == [
        ("place", "market"), ("thing", "fruit of the market"), ("when", "now"), ("thing", "eggs"),
    ]  # fmt: skip


def test_going_back_twice_and_at_the_first_question() -> None:
    person = Person(None, "market", "eggs", None, None, "bakery", "bread")

    assert Conversation(errands, person).run() == ["bakery", "bread", "now", "me"]


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("market", []),  # the same as before
        ("harbour", ["thing"]),  # another offer makes it another question
        ("bakery", ["thing", "when"]),  # closed later
    ],
)
def test_a_change_keeps_the_further_replies_that_still_hold(reply: str, asked: list[str]) -> None:
    person = Person("market", "eggs", "later", "you")
    conversation = Conversation(errands, person)
    conversation.run()
    person.asked.clear()
    person.script = [reply, "fish", "now"]

    conversation.reopen("place")

    assert conversation.run()[3] == "you"
    assert [key for key, _ in person.asked] == ["place", *asked]


def test_a_reply_that_is_refused_by_now_is_asked_for_again() -> None:
    person = Person("market", "eggs", "later", "now nobody")
    conversation = Conversation(errands, person)
    conversation.run()
    person.asked.clear()
    person.script = ["now", "you"]

    conversation.reopen("when")

    assert conversation.run() == ["market", "eggs", "now", "you"]
    assert [key for key, _ in person.asked] == ["when", "who"]


def advised() -> Flow[list[Reply]]:
    first = yield Question("first", "First?", "yes", "no")
    column = yield Question("column", "Which?", "one", "a", lines=lambda: [Line("a"), Line("b")], taken="a")
    if column == "b":
        column = yield Question(f"column{OTHER}", "Which other?", offered="c")
    return [first, column]


def test_what_is_taken_is_not_asked_until_somebody_wants_to_change_it() -> None:
    person = Person()
    conversation = Conversation(advised, person)

    assert conversation.run() == ["no", "a"]
    conversation.back()  # to what was asked, not to what was taken
    conversation.run()
    assert [key for key, _ in person.asked] == ["first", "first"]
    assert [one.key for one in conversation.path] == ["first", "column"]
    person.script = ["b"]
    conversation.reopen("column")
    assert conversation.run() == ["no", "c"]
    conversation.reopen("column")
    conversation.run()
    assert [key for key, _ in person.asked][2:] == ["column", "column+", "column", "column+"]
