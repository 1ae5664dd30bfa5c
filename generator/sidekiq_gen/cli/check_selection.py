"""What of `check` somebody wants to see: the flags that were typed, and what the file of the repo says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sidekiq_gen.check.rules.catalogue import BY_CODE
from sidekiq_gen.check.selection import Selection
from sidekiq_gen.cli.given import here
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.quoting import shortened
from sidekiq_gen.reading import is_within
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sidekiq_gen.check.rule import Rule
    from sidekiq_gen.rails.project import Project


@dataclass(frozen=True)
class Typed:
    """The flags, as they were typed; a code may be several with commas between them."""

    only: list[str]
    excepted: list[str]
    also: list[str]
    severity: str | None
    paths: list[str]


def selection_of(typed: Typed, project: Project) -> Selection:
    """What is wanted.

    Raises:
        InvalidInput: there is no such rule (``unknown-rule``), or no such path in the repo (``invalid-path``).
    """
    return Selection(
        tuple(codes(typed.only, "--only")),
        tuple(codes(typed.excepted, "--except")),
        tuple(codes(typed.also, "--also")),
        typed.severity or "note",  # type: ignore[arg-type] # click lets nothing else through
        tuple(_paths(typed.paths, project)),
    )


def codes(said: Iterable[str], where: str) -> Iterator[str]:
    """Yield the codes that a flag names.

    Raises:
        InvalidInput: there is no such rule: ``unknown-rule``.
    """
    for one in said:
        for code in filter(None, (part.strip() for part in one.split(","))):
            yield known(code, f"{where}: there")


def known(code: str, begin: str = "There") -> str:
    """A code that there is.

    Raises:
        InvalidInput: there is no such rule: ``unknown-rule``.
    """
    rules = every_rule(code)
    if code not in rules:
        raise InvalidInput(
            f"{begin} is no rule {code!a}.",
            hint=did_you_mean(code, rules, "See sidekiq-gen check --rules.", 2),
            code="unknown-rule",
        )
    return code


def every_rule(code: str = "") -> Mapping[str, Rule]:
    """The rules by code, those on changes among them; code: the one that is looked up, which may save loading these."""
    if code in BY_CODE:
        return BY_CODE
    from sidekiq_gen.deploys.rules.catalogue import BY_CODE as OF_CHANGES

    return {**BY_CODE, **OF_CHANGES}


def _paths(typed: Iterable[str], project: Project) -> Iterator[str]:
    """Yield the paths relative to the root; they are typed relative to the current folder."""
    root = os.path.realpath(project.app.root)
    for one in typed:
        real = os.path.realpath(here() / one) if "\0" not in one else ""
        if not real or not os.path.lexists(real):
            raise _invalid(f"There is no file or folder {shortened(one)}.", "Paths are relative to the current folder.")
        if not is_within(real, root):
            raise _invalid(f"{shortened(one)} is not in the repo, {shortened(root)}.", "--root names another repo.")
        yield os.path.relpath(real, root)


def _invalid(message: str, hint: str) -> InvalidInput:
    return InvalidInput(message, hint=hint, code="invalid-path")
