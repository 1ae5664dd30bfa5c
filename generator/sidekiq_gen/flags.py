"""What can be said on the command line or answered on a terminal, and what was."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, TypeAlias

from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

# What was typed or answered, by parameter name (``advisory_lock``); what was left open is not in it.
Answers: TypeAlias = Mapping[str, Sourced[Any]]


@dataclass(frozen=True)
class Flag:
    """One option of the command line, and the question that asks for the same thing.

    type: ``switch`` takes no value, ``list`` may be given several times, ``choice`` takes one of ``choices``,
        ``duration`` a length of time, which is handed on in seconds.
    lines: what each of the choices does, in their order, a few words each; empty where their names say it.
    also: further values that are taken but not offered: other names for the same choices.
    question: asked on a terminal when the flag was left out; empty when it never is.
    longest: of a ``duration``, in seconds.
    """

    option: str
    help: str
    type: Literal["switch", "text", "number", "choice", "list", "duration"]
    metavar: str = ""
    choices: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    question: str = ""
    longest: int = 0

    @cached_property
    def parameter(self) -> str:
        """The name of the Python parameter: ``discard_on`` for ``--discard-on``."""
        return self.option.removeprefix("--").replace("-", "_")

    @property
    def explained(self) -> dict[str, str]:
        """Each choice with what it does; empty where the names say it."""
        return dict(zip(self.choices, self.lines, strict=True)) if self.lines else {}

    def words(self, value: object) -> list[str]:
        """The words of a command line that give this value."""
        if self.type == "switch":
            return [self.option] if value else []
        values = value if isinstance(value, (list, tuple)) else [value]
        return [word for item in values for word in (self.option, str(item))]


def answer(answers: Answers, parameter: str, default: Any = None) -> Any:
    """The value of one answer, or the default where the flag was left open."""
    return answers[parameter].value if parameter in answers else default
