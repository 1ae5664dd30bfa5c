"""What a kind is: the shape of a job, what it is about, and what it decides on its own."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.errors import Refused
    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.request import Chosen, JobContext, JobRequest, KindName
    from sidekiq_gen.notices import Notice


class Kind(ABC):
    """The shape of a job, over which patterns are laid.

    Its templates are in the folder of its identifier below ``kinds/`` in the template trees; they see the settings
    that ``decide`` returns as ``kind``.

    about: one record that ``perform`` is handed the id of, the rows of a model, or neither.
    paragraph, avoid, cost: when to use it, when not, and what it costs.
    flags: what only this kind can be asked for; each has a default.
    instead: what it does by itself, said to whoever wants a pattern that cannot be laid over it.
    laid_in: the patterns whose flags it takes for its own, and whose text it writes itself.
    """

    name: ClassVar[KindName]
    about: ClassVar[Literal["record", "rows", "nothing"]]
    flags: ClassVar[tuple[Flag, ...]] = ()
    summary: ClassVar[str]
    paragraph: ClassVar[str]
    avoid: ClassVar[str]
    cost: ClassVar[str]
    instead: ClassVar[str] = ""
    laid_in: ClassVar[frozenset[str]] = frozenset()

    @property
    def identifier(self) -> str:
        """The name of its folder: ``fan_out``."""
        return self.name.replace("-", "_")

    def refusal(self, context: JobContext) -> Refused | None:
        """Why a job of this kind cannot be had in this repo, with the nearest alternative; else None."""
        return None

    def objection(self, chosen: Chosen, context: JobContext) -> Refused | None:
        """Why just these settings of a pattern cannot be laid over it, with the nearest alternative; else None."""
        return None

    def decide(self, answers: Answers, context: JobContext) -> Any:
        """Turn the answers to its flags into frozen settings; None where it has none.

        Raises:
            Refused, InvalidInput: the answers cannot be had, or make no sense.
        """
        return None

    def notices(self, settings: Any, request: JobRequest) -> Iterator[Notice]:
        """What the user should know about having chosen it."""
        yield from ()
