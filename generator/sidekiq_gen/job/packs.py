"""A pack beside what is built in: which one is meant, and whether it goes together with the rest."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sidekiq_gen.flags import answer
from sidekiq_gen.packs.declared import wrong
from sidekiq_gen.packs.found import find_pack
from sidekiq_gen.settings import TEMPLATES, WITHOUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.project import Project


def with_pack(project: Project, answers: Answers, here: Path, table: str = "job") -> Project:
    """The project with the pack that was asked for, or that the file of the repo names.

    here: what a folder on the command line is relative to. table: of the file.

    Raises:
        InvalidInput: there is no such pack, or it makes no sense. Refused: it cannot be had.
    """
    typed = answer(answers, TEMPLATES.parameter)
    if typed:
        return project.with_pack(found(typed, here))
    out = [name.removeprefix("--") for name in answer(answers, WITHOUT.parameter, ())]
    named = of_the_file(project.app.settings.tables, table) if TEMPLATES.parameter not in out else None
    return project.with_pack(found(named, project.app.root, project.app.root)) if named else project


def of_the_file(tables: Mapping[str, Mapping[str, Any]], table: str) -> str | None:
    """The pack that a table of ``.sidekiq-gen.toml`` names; what is no text is told where the file is checked."""
    named = tables.get(table, {}).get(TEMPLATES.parameter)
    return named if isinstance(named, str) and named else None


def found(typed: str, base: Path, inside: Path | None = None) -> Pack:
    """The pack, as `find_pack` gives it, once it goes together with what is built in."""
    from sidekiq_gen.job.resolve import all_flags

    pack = find_pack(typed, base, inside)
    all_flags(pack)
    return pack


class Shelf:
    """The packs that the jobs of a list name, each read once; a folder is relative to the root, and inside it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._packs: dict[str, Pack] = {}

    def pack(self, typed: object) -> Pack | None:
        """The pack of a job, by what its list says; where that is nothing, the pack of the project.

        Raises:
            InvalidInput, Refused: there is none, or it makes no sense.
        """
        if not isinstance(typed, str) or not typed:
            return self._project.app.pack
        if typed not in self._packs:
            root = self._project.app.root
            self._packs[typed] = found(typed, root, root)
        return self._packs[typed]


def checked(pack: Pack, flags: Sequence[Flag]) -> Pack:
    """The pack, if nothing that it declares meets what there is.

    flags: of what is built in.

    Raises:
        InvalidInput: it does: ``invalid-pack``.
    """
    _check(pack, frozenset(flag.option for flag in flags))
    return pack


@cache
def _check(pack: Pack, options: frozenset[str]) -> None:
    from dataclasses import fields

    from sidekiq_gen.job.facts import JobFacts
    from sidekiq_gen.job.patterns.catalogue import PATTERNS, patterns_of
    from sidekiq_gen.job.spec_facts import SpecFacts
    from sidekiq_gen.sidekiq.capabilities import TABLE
    from sidekiq_gen.toml import nearest

    facts = {field.name for kind in (JobFacts, SpecFacts) for field in fields(kind)} | {"house"}
    facts |= {name for pattern in PATTERNS for name in (pattern.identifier, *pattern.adds)}
    known, capabilities = {one.name for one in patterns_of(pack)}, {row.name for row in TABLE}
    for table, asked in (*(("house", one) for one in pack.attributes), *(("patterns", one) for one in pack.patterns)):
        if asked.flag.option in options:
            raise wrong(pack, f"{table}.{asked.name}", f"{asked.flag.option} is there already", "Give it another name.")
    for pattern in pack.patterns:
        place = f"patterns.{pattern.name}"
        if pattern.parameter in facts:
            raise wrong(pack, place, f"{pattern.parameter} is a fact of templates already", "Give it another name.")
        for name in pattern.excludes:
            if name not in known:
                raise wrong(pack, place, f"excludes has {name}", nearest(name, known, "There are"))
        for name in pattern.needs_capabilities:
            if name not in capabilities:
                raise wrong(pack, place, f"capabilities has {name}", nearest(name, capabilities, "There are"))
