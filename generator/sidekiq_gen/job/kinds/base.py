"""What a kind is: the shape of a job, what it is about, and what it decides on its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sidekiq_gen.job.component import Component, S
from sidekiq_gen.job.slots import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.errors import Refused
    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import Chosen, JobContext, JobRequest, KindName
    from sidekiq_gen.job.slots import PatternSlot
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.app import RailsApp


class Kind(Component[S], ABC):
    """The shape of a job, over which patterns are laid; S are its settings.

    Its templates are in the folder of its identifier below ``kinds/`` in the template trees; they see the settings
    that ``decide`` returns as ``kind``.

    about: one record that ``perform`` is handed the id of, the rows of a model, or neither.
    flags: what only this kind can be asked for; each has a default.
    alternative: what it does by itself, said to whoever wants a pattern that cannot be laid over it.
    hands: what the work gets that is no argument of the job: one row, or the rows of a batch.
    raises: whether an error of the work leaves perform.
    own_work: whether it has methods of its own in place of the one that is named after the job.
    places: the slots that it leaves to patterns.
    built_in: the patterns whose flags it takes for its own, and whose text it writes itself.
    """

    name: ClassVar[KindName]
    about: ClassVar[Literal["record", "rows", "nothing"]]
    alternative: ClassVar[str] = ""
    raises: ClassVar[bool] = True
    own_work: ClassVar[bool] = False
    hands: ClassVar[Literal["row", "rows", ""]] = ""
    places: ClassVar[frozenset[PatternSlot]] = EVERYWHERE
    built_in: ClassVar[frozenset[type[Pattern[Any]]]] = frozenset()

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        """Why a job of this kind cannot be had in this repo, with the nearest alternative; else None."""
        return None

    def objection(self, chosen: Chosen, context: JobContext) -> Refused | None:
        """Why just these settings of a pattern cannot be laid over it, with the nearest alternative; else None."""
        return None

    def insists_on(self, context: JobContext) -> frozenset[type[Pattern[Any]]]:
        """The patterns without which such a job cannot be had."""
        return frozenset()

    @abstractmethod
    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> S:
        """Turn the answers to its flags into frozen settings; None where it has none.

        Raises:
            Refused, InvalidInput: the answers cannot be had, or make no sense.
        """

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        """What the terminal offers as the answer to one of its flags that has a question; None to ask nothing."""
        return flag.choices[0] if flag.choices else ""

    def subject(self, context: JobContext) -> str:
        """What the work is handed that is no argument of the job: one row, or the rows of a batch; else empty."""
        return {"row": context.row, "rows": context.rows, "": ""}[self.hands]

    def parameters(self, settings: S) -> tuple[str, ...]:
        """Further parameters of ``perform``, behind the arguments: ``("after = nil",)``."""
        return ()

    def notices(self, settings: S, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        """What the user should know about having chosen it."""
        yield from ()
