"""Kinds and patterns as a person wants to look them up: grouped, explained, and shown for this very repo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.attributes import with_samples
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.base import GROUPS
from sidekiq_gen.job.patterns.catalogue import patterns_of
from sidekiq_gen.job.resolve import choose, context_of, resolve_job
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.rails.project import Project

KINDS_HEADING = "Kinds of job (--kind)"


@dataclass(frozen=True)
class Entry:
    """One kind or pattern.

    group: the heading it stands under. when, avoid, cost: whole sentences.
    not_executed: a sentence that says what was not executed, being closed source; else empty.
    explained: for the option of a flag with choices, each of these with what it does here.
    refusal: why it cannot be had here, with the nearest alternative; None when it can.
    """

    name: str
    group: str
    summary: str
    when: str
    avoid: str
    cost: str
    not_executed: str
    flags: tuple[Flag, ...]
    explained: Mapping[str, Mapping[str, str]]
    refusal: InvalidInput | Refused | None


def entries(project: Project, given: Answers) -> tuple[Entry, ...]:
    """All there are, kinds first, each as it can be had in this repo with the answers that are given for all."""
    return (*_kinds(project, given), *_patterns(project, given))


def example(name: str, project: Project, given: Answers) -> str:
    """The job class that this kind or pattern alone gives here, with the answers that are given for all.

    Raises:
        InvalidInput, Refused: it cannot be had here.
    """
    from sidekiq_gen.job.rendering import render_job

    return render_job(resolve_job({**_answers(name, project), **given}, project))


def _kinds(project: Project, given: Answers) -> Iterator[Entry]:
    for kind in KINDS:
        yield _entry(kind, KINDS_HEADING, project, given)


def _patterns(project: Project, given: Answers) -> Iterator[Entry]:
    for group, heading in GROUPS.items():
        for pattern in patterns_of(project.app.pack):
            if pattern.group == group:
                yield _entry(pattern, heading, project, given)


def _entry(known: Kind[Any] | Pattern[Any], heading: str, project: Project, given: Answers) -> Entry:
    explained = {flag.option: known.explained(flag, project.app) for flag in known.flags}
    return Entry(
        known.name,
        heading,
        known.summary,
        known.paragraph,
        known.avoid,
        known.cost,
        known.not_executed,
        known.flags,
        {option: lines for option, lines in explained.items() if lines},
        _refusal(known.name, project, given),
    )


def _refusal(name: str, project: Project, given: Answers) -> InvalidInput | Refused | None:
    try:
        answers = {**_answers(name, project), **given}
        choose(answers, context_of(answers, project), project.app)
    except (InvalidInput, Refused) as error:
        return error
    return None


def _answers(name: str, project: Project) -> Answers:
    """The answers that ask for it alone, about a model of the repo."""
    app = project.app
    model = next(iter(app.models), "Order")
    kind = next((kind for kind in KINDS if kind.name == name), None)
    pattern = next((pattern for pattern in patterns_of(app.pack) if pattern.name == name), None)
    said: dict[str, Any] = {"name": "ProcessRecords" if kind and kind.about == "rows" else "ProcessRecord"}
    if kind is None or kind.about != "nothing":
        said["model"] = model
    if kind:
        said["kind"] = kind.name
    if pattern:
        said[pattern.flags[0].parameter] = pattern.example
    return with_samples({parameter: Sourced(value, "default") for parameter, value in said.items()}, app.pack)
