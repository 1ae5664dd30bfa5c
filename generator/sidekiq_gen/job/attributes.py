"""What a pack has every job of the house say: its owner, its category."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.flags import answer
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.packs.pack import Attribute, Pack


def find_attributes(answers: Answers, pack: Pack | None) -> tuple[tuple[str, Any], ...]:
    """The attributes of a job by the name that templates have for them, each with its value; None where it has none.

    Raises:
        InvalidInput: one that has to be there is not: ``needs-attribute``; or its value makes no sense.
    """
    return tuple((one.parameter, _value(one, answers, pack)) for one in pack.attributes) if pack else ()


def with_samples(answers: Answers, pack: Pack | None) -> Answers:
    """The answers, with something for each attribute that has to be there and is still to be asked for."""
    if pack is None:
        return answers
    lacking = (one for one in pack.attributes if one.required and one.default is None and one.parameter not in answers)
    return {**answers, **{one.parameter: Sourced(one.sample, "default") for one in lacking}}


def _value(attribute: Attribute, answers: Answers, pack: Pack) -> Any:
    from sidekiq_gen.packs.shapes import check

    option = attribute.flag.option
    value = answer(answers, attribute.parameter, attribute.default)
    if value is None and attribute.required:
        choices = f": {option} {attribute.sample}" if attribute.type != "switch" else f": {option}"
        told = f", one of {', '.join(attribute.choices)}" if attribute.choices else ""
        raise InvalidInput(
            f"Every job of the pack {pack.name} says {option}{told}.",
            hint=f"{attribute.help.rstrip('.')}{choices}.",
            code="needs-attribute",
        )
    check(value, attribute.shape, option)
    if attribute.type == "switch":
        return bool(value)
    return tuple(value) if isinstance(value, list) else value
