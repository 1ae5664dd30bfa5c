"""The patterns of a pack: what its file declares, in the place of a class."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sidekiq_gen.errors import Refused
from sidekiq_gen.job.patterns.base import Group, Layer, Pattern, only_for_records
from sidekiq_gen.packs.shapes import check
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.request import JobContext, KindName
    from sidekiq_gen.packs.pack import PackPattern
    from sidekiq_gen.rails.app import RailsApp


@dataclass(frozen=True)
class DeclaredSettings:
    """What was answered to the flag of such a pattern.

    value: true, a text, a number, or several texts.
    """

    pattern: PackPattern
    value: Any


class Declared(Pattern[DeclaredSettings]):
    """A pattern of a pack."""

    settings = DeclaredSettings

    def __init__(self, pattern: PackPattern) -> None:
        """Take over what the file says.

        These are attributes of the class where a pattern is built in, and of the object here.
        """
        own: dict[str, Any] = {
            "name": pattern.name,
            "group": cast("Group", pattern.group),
            "layer": cast("Layer", pattern.layer),
            "kinds": frozenset(cast("tuple[KindName, ...]", pattern.kinds)),
            "flags": (_asking(pattern),),
            "names": frozenset(pattern.names),
            "summary": pattern.summary,
            "paragraph": pattern.paragraph or pattern.help,
            "avoid": pattern.avoid,
            "cost": pattern.cost,
            "example": pattern.sample,
        }
        vars(self).update(own)
        self.declared = pattern

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        needs, option = self.declared, self.declared.flag.option
        if needs.needs_record and not context.record:
            return only_for_records(self.name, context, f"Give the model (--model Order), or leave out {option}.")
        if needs.needs_databases and context.database not in needs.needs_databases:
            return _lacking(option, " or ".join(needs.needs_databases), "needs-database")
        gem = next((gem for gem in needs.needs_gems if not app.gem(gem)), None)
        if gem:
            return _lacking(option, f"the gem {gem}", "needs-gem")
        can = context.release.capabilities
        missing = next((name for name in needs.needs_capabilities if not getattr(can, name)), None)
        if missing:
            return _lacking(
                option, f"{missing}, which Sidekiq {context.release.text} does not have", "needs-capability"
            )
        return None

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> DeclaredSettings:
        asked = self.declared
        value = answers[asked.parameter].value
        check(value, asked.shape, asked.flag.option)
        return DeclaredSettings(asked, tuple(value) if isinstance(value, list) else value)

    def opens_block(self, settings: DeclaredSettings) -> bool:
        return self.declared.block


def _asking(pattern: PackPattern) -> Flag:
    """Its flag, with something to ask where a value is needed."""
    flag = pattern.flag
    return flag if flag.question or flag.type == "switch" else replace(flag, question=f"{pattern.help.rstrip('.')}?")


@cache
def declared(pattern: PackPattern) -> Declared:
    """The pattern that a pack declares so."""
    return Declared(pattern)


def _lacking(option: str, what: str, code: str) -> Refused:
    return Refused(f"{option} needs {what}.", hint=f"Leave out {option}.", code=code)
