"""A conversation as a value: each question comes out of the answers so far, so that any of them can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from sidekiq_gen.job.trial import problem
from sidekiq_gen.values import dataclass

T = TypeVar("T")
# A text, the value of a line, ``yes`` or ``no``; the values of the lines where there may be several.
Reply: TypeAlias = "str | list[str]"
Form: TypeAlias = Literal["text", "one", "several", "yes"]

OTHER = "+"  # behind the key of a list: the text that is asked for where none of its lines will do


class Back(Exception):
    """Somebody wants to go back one question."""


@dataclass(frozen=True)
class Line:
    """One line of a list.

    value: what it stands for; empty for a heading.
    title: what is shown, the value where it is empty. why_not: why it cannot be had; empty where it can.
    ticked: whether it is selected to begin with; with a reason why it cannot be had it is there in any case.
    """

    value: str
    title: str = ""
    why_not: str = ""
    ticked: bool = False


def _anything(_reply: Any) -> None:
    """Every reply will do."""


@dataclass(frozen=True)
class Question:
    """One question.

    key: the same for the same question, whatever was answered before.
    offered: the reply that Enter alone gives.
    parse: raises InvalidInput or Refused for a reply that cannot be had; of a list, only where it takes several.
    lines: of a list. known: what completes a text while it is typed, best first.
    taken: the reply that is taken without asking, until somebody wants to change it.
    remark: what is to be said about a reply at once; empty for nothing.
    """

    key: str
    text: str
    form: Form = "text"
    offered: Reply = ""
    parse: Callable[[Any], object] = _anything
    lines: Callable[[], Sequence[Line]] = tuple
    known: Callable[[], Sequence[str]] = tuple
    taken: Reply | None = None
    remark: Callable[[str], str] | None = None

    def holds(self, reply: Reply) -> bool:
        """Whether the reply can be had."""
        if self.form == "text":
            return problem(self.parse, str(reply)) is None
        if self.form == "yes":
            return True
        replies = reply if isinstance(reply, list) else [reply]
        possible = {line.value for line in self.lines() if line.value and (line.ticked or not line.why_not)}
        return possible.issuperset(replies) and (self.form == "one" or problem(self.parse, reply) is None)


# Yields questions, is sent the replies, and returns what came out.
Flow: TypeAlias = Generator[Question, Any, T]


class Conversation(Generic[T]):
    """Asks what a flow yields.

    flow: makes a new one, which asks from the start: what was answered is not asked again.
    ask: puts a question; it is handed what Enter alone is to give. Raises Back to go back one question.
    path: the questions so far, those that were answered without asking among them. replies: by key.
    """

    def __init__(self, flow: Callable[[], Flow[T]], ask: Callable[[Question, Reply], Reply]) -> None:
        self._flow, self._ask = flow, ask
        self.path: list[Question] = []
        self.replies: dict[str, Reply] = {}
        self._settled: dict[str, Reply] = {}  # with what was offered then: another offer makes it another question
        self._wanted: set[str] = set()

    def run(self) -> T:
        """Ask whatever is open; returns what came out.

        Raises:
            whatever `ask` and the flow raise, but Back.
        """
        while True:
            self.path = []
            flow = self._flow()
            try:
                question = next(flow)
                while True:
                    reply = self._reply(question)
                    self.path.append(question)
                    question = flow.send(reply)
            except StopIteration as end:
                result: T = end.value
                return result
            except Back:
                flow.close()
                self.back()

    def back(self) -> None:
        """Open the last question that was asked again; without one everything stays as it is."""
        asked = [one.key for one in self.path if one.taken is None or one.key in self._wanted]
        if asked:
            self.reopen(asked[-1])

    def reopen(self, key: str) -> None:
        """Have one question asked again; the further ones are as far as their replies do not hold any more."""
        self._wanted.add(key)
        for name in (key, f"{key}{OTHER}"):
            self._settled.pop(name, None)

    def _reply(self, question: Question) -> Reply:
        key = question.key
        if question.taken is not None and key not in self._wanted and question.holds(question.taken):
            self.replies[key] = question.taken
            return question.taken
        kept = self.replies.get(key)
        if kept is not None and self._settled.get(key) == question.offered and question.holds(kept):
            return kept
        self.replies[key] = self._ask(question, question.offered if kept is None else kept)
        self._settled[key] = question.offered
        return self.replies[key]
