"""The codes of rules, where somebody presses Tab behind an option of `check` that takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sidekiq_gen.check.rule import Rule


def codes(parameter: str, given: Mapping[str, Any], typed: str) -> Iterator[tuple[str, str]]:
    """Yield what can be typed for an option, each with the title of its rule.

    parameter: ``only``, ``excepted``, ``also`` or ``explain``. given: what the line says so far, by parameter.
    typed: what there is of the value; behind a comma another code follows. A code that is on the line is not offered
    again.
    """
    if parameter == "explain":
        yield from ((rule.code, rule.title) for rule in _sorted([*_of_code(), *_of_changes()]))
        return
    before, comma, _ = typed.rpartition(",")
    named = {code.strip() for text in (before, *given.get(parameter, ())) for code in text.split(",")}
    for rule in _sorted(_of_changes() if "against" in given else _of_code()):
        if rule.code not in named and not (parameter == "also" and rule.on):
            yield f"{before}{comma}{rule.code}", rule.title


def _sorted(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: rule.code)


def _of_code() -> Iterable[Rule]:
    from sidekiq_gen.check.rules.catalogue import RULES

    return RULES


def _of_changes() -> Iterable[Rule]:
    from sidekiq_gen.deploys.rules.catalogue import RULES

    return RULES
