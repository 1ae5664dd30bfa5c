"""What kinds and patterns have in common: a name, flags, settings, a folder of templates, words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.flags import Flag
    from sidekiq_gen.job.needs import Need
    from sidekiq_gen.rails.app import RailsApp

S = TypeVar("S")


class Component(Generic[S]):
    """A kind or a pattern; S are its settings.

    name: as on the command line: ``fan-out``, ``advisory-lock``.
    settings: the frozen dataclass of its settings; None where there is nothing to decide.
    summary, paragraph, avoid, cost: what it is, when to use it, when not, and what it costs.
    closed: the gem that is closed source, so that what is written for it was not executed; empty where there is none.
    shapes: folders below its own, each with the templates for some settings.
    no_active_job: why an ActiveJob class cannot have it, the end of a sentence; empty where it can.
    """

    name: ClassVar[str]
    settings: ClassVar[Any] = None
    flags: ClassVar[tuple[Flag, ...]] = ()
    summary: ClassVar[str]
    paragraph: ClassVar[str]
    avoid: ClassVar[str]
    cost: ClassVar[str]
    closed: ClassVar[str] = ""
    shapes: ClassVar[tuple[str, ...]] = ()
    no_active_job: ClassVar[str] = ""

    @property
    def not_executed(self) -> str:
        """A sentence that says what was not executed; empty where everything was."""
        return f"With {self.closed}: not executed (closed source)." if self.closed else ""

    @property
    def identifier(self) -> str:
        """The name of its folder, and of its settings in templates: ``fan_out``."""
        return self.name.replace("-", "_")

    def shape(self, settings: S) -> str:
        """Which of its shapes these settings have; empty where it has none."""
        return ""

    def explained(self, flag: Flag, app: RailsApp | None) -> Mapping[str, str]:
        """The choices of one of its flags with what each does, as the gems of a repo do it; of the newest without one.

        Choices that no repo of these gems can have are left out; empty where the names say it.
        """
        return flag.explained

    def needs(self, settings: S) -> Iterator[Need]:
        """What it needs of the table of the job's model."""
        yield from ()

    def satisfies(self, settings: S) -> Mapping[str, str]:
        """The lines of the checklist that it satisfies, each with a few words that say how."""
        return {}
