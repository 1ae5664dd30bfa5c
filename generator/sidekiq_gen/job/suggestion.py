"""One value that a flag can have, and what is known of the job for which it is looked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen import naming
from sidekiq_gen.errors import SidekiqGenError
from sidekiq_gen.flags import Answers, answer
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.table import Table


@dataclass(frozen=True)
class Suggestion:
    """One value, as it is typed, and a few words about it; empty where the value says it all."""

    value: str
    why: str = ""


@dataclass(frozen=True)
class Asked:
    """What a value is looked for.

    answers: what is known so far, of which model, arguments and name say what the job is about.
    typed: what there is of the value already.
    """

    answers: Answers
    app: RailsApp
    typed: str = ""

    @cached_property
    def model(self) -> str:
        """The model that the job is about, as far as the answers say or its name proves; else empty."""
        typed, acronyms = answer(self.answers, "model"), self.app.acronyms
        if typed:
            return naming.parse_model(typed, acronyms).name
        arguments = [naming.parse_argument(text, acronyms) for text in answer(self.answers, "arguments") or ()]
        record = next((argument.model for argument in arguments if argument.model), None)
        return record.name if record else self.guessed

    @cached_property
    def guessed(self) -> str:
        """The model that the name of the job proves; empty where it proves none."""
        from sidekiq_gen.job.guess import guess_model

        name = self._name
        guessed = guess_model(name, self.app, rows=True) if name else None
        return guessed.name if guessed else ""

    @property
    def table(self) -> Table | None:
        """Its table; None where no dump of the schema knows it."""
        return self.app.table(self.model) if self.model else None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name of the job; none where it has none yet."""
        return self._name.words if self._name else ()

    @cached_property
    def _name(self) -> naming.JobName | None:
        typed = answer(self.answers, "name")
        return naming.parse_job_name(typed, suffix="", acronyms=self.app.acronyms) if typed else None

    def columns(self, *kinds: str) -> Iterator[Suggestion]:
        """The columns that a flag can name and `update_column` writes, whose types begin with one of these."""
        for name, column in self.table.columns.items() if self.table else ():
            if column.type.startswith(kinds) and _is_column(name) and not self.app.cannot_write(self.model, name):
                yield Suggestion(name, column.type)


def in_words(lines: Mapping[str, str]) -> Iterator[Suggestion]:
    """Values, each with what is said of it."""
    return (Suggestion(value, why) for value, why in lines.items())


def _is_column(name: str) -> bool:
    """Whether a flag can name a column: one with a space or a colon in it cannot be typed."""
    try:
        naming.parse_column(name)
    except SidekiqGenError:
        return False
    return True
