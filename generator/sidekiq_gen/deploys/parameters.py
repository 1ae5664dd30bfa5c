"""Changing what perform takes, in deploys that old payloads survive.

A new argument is optional first: payloads that wait, and what old processes push, do not have it. Callers hand it over
in the next deploy, when every worker takes it. It is required once no payload without it is left. An argument goes
the other way round: optional, no longer handed over, gone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.check.rule import Edit
from sidekiq_gen.deploys.concerned import around, callers, left, places, pushes, unseen
from sidekiq_gen.deploys.existing import Existing, find_job, index_of
from sidekiq_gen.deploys.perform import Perform, appended, name_of, read_perform, taken_away, uses
from sidekiq_gen.deploys.planning import Planned, edited, plan_files
from sidekiq_gen.deploys.spec_example import example_for, with_example, without_example
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.naming import parse_argument
from sidekiq_gen.quoting import ruby_string
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.naming import Argument
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.project import Project

Action = Literal["add", "require", "remove"]
Then = tuple[tuple[str, str], ...]
_NUMBERS = {"integer": r"-?\d+", "float": r"-?\d+(?:\.\d+)?"}


@dataclass(frozen=True)
class _Change:
    """What a step is about. default: as typed."""

    job: Existing
    perform: Perform
    project: Project
    index: Index
    default: str | None

    def plan(self, texts: Mapping[str, bytes | None], *notices: Notice, then: Then = ()) -> Planned:
        """The step, once its texts are known."""
        return Planned(plan_files(self.project.app.root, texts), notices, self.job.name, then)

    def example(self, parameter: str, before: int) -> str:
        """The example in the spec. before: how many arguments stand before it."""
        return example_for(self.job.test, self.job.name, parameter, before)


def change(action: Action, name: str, argument: str, default: str | None, project: Project) -> Planned:
    """What a step of changing an argument writes; only reads the disk.

    name: of the job. argument: ``NAME:TYPE`` to add, else NAME. default: what perform takes where a payload lacks it.

    Raises:
        InvalidInput, Refused: it cannot be done, or not with certainty.
    """
    index = index_of(project)
    job = find_job(name, project, index)
    wanted = parse_argument(argument, project.app.acronyms)
    perform = read_perform(job)
    step = _Change(job, perform, project, index, default)
    if action == "add":
        return _add(step, wanted)
    if default is not None and action == "require":
        raise InvalidInput("--default says what an optional argument is.", hint="Leave it out.", code="usage")
    given = argument.partition(":")[0]
    parameter = given if given in perform.names else wanted.parameter
    if parameter not in perform.names:
        known = ", ".join(perform.names) or "nothing"
        raise Refused(
            f"{job.name}#perform has no parameter {parameter}: it takes {known}.",
            hint="Name one of them.",
            code="no-such-argument",
        )
    return _require(step, parameter) if action == "require" else _remove(step, parameter)


def _add(step: _Change, wanted: Argument) -> Planned:
    job, perform, index = step.job, step.perform, step.index
    parameter = wanted.parameter
    if parameter in perform.names or uses(perform, parameter):
        where = "a parameter" if parameter in perform.names else "used in perform"
        raise Refused(
            f"{parameter} is {where} already.",
            hint="Give another name to the argument.",
            code="name-taken",
        )
    text = f"{parameter} = {_literal(wanted, step.default)}"
    edits = [appended(perform, text)]
    before = len(perform.parameters)
    texts = _with_spec(job, edits, step.example(parameter, before))
    passing = f"then hand it over: {job.name}.{_pushing(job)}({', '.join([*perform.names, parameter])})"
    then = (
        ("pass", f"deploy this, {passing}"),
        ("require", f"once no payload without it is left: sidekiq-gen argument require {job.name} {parameter}"),
    )
    notices = [*callers(job, index, before + 1), *around(job, step.project, index, before)]
    return step.plan(texts, *notices, then=then)


def _require(step: _Change, parameter: str) -> Planned:
    job, perform, index = step.job, step.perform, step.index
    at = perform.names.index(parameter)
    if perform.parameters[at].type == "identifier":
        raise Refused(f"{parameter} is required already.", hint="There is nothing to do.", code="required-already")
    if at != perform.required:
        raise Refused(
            f"{perform.names[perform.required]} stands before {parameter} and is optional.",
            hint="Require that one first.",
            code="not-the-next",
        )
    lacking = [push for push in pushes(job, index) if push.shapes is not None and len(push.shapes) <= at]
    if lacking:
        raise Refused(
            f"{parameter} is not handed over in {places(lacking)}.",
            hint="Hand it over there, deploy that, and require it once no payload without it is left.",
            code="not-handed-over",
        )
    node = perform.parameters[at]
    example = step.example(parameter, perform.names.index(parameter))
    texts = _without_spec(job, [Edit(node.start_byte, node.end_byte, parameter)], example)
    notices = [*unseen(job, index), *left(job, f"Payloads without {parameter} that are still in Redis fail then.")]
    return step.plan(texts, *notices)


def _remove(step: _Change, parameter: str) -> Planned:
    job, perform, index = step.job, step.perform, step.index
    node = perform.parameters[-1]
    if name_of(node) != parameter:
        raise Refused(
            f"{parameter} is not the last argument: those behind it would change places.",
            hint=f"Only {name_of(node)} can be removed; let perform ignore {parameter}.",
            code="not-the-last",
        )
    again = f"sidekiq-gen argument remove {job.name} {parameter}"
    if node.type == "identifier":
        literal = _literal(parse_argument(f"{parameter}:string"), step.default)
        edits = [Edit(node.start_byte, node.end_byte, f"{parameter} = {literal}")]
        then = (
            ("stop-passing", "deploy this, then stop handing it over, and let perform do without it"),
            ("remove", f"deploy that; once no payload has it: {again}"),
        )
        example = step.example(parameter, perform.names.index(parameter))
        return step.plan(_with_spec(job, edits, example), then=then)
    giving = [
        push for push in pushes(job, index) if push.shapes is not None and len(push.shapes) >= len(perform.parameters)
    ]
    if giving:
        raise Refused(
            f"{parameter} is still handed over in {places(giving)}.",
            hint="Stop that first, deploy it, and remove the argument once no payload has it.",
            code="still-handed-over",
        )
    if uses(perform, parameter):
        raise Refused(
            f"perform still uses {parameter}.", hint="Let it do without, and run this again.", code="still-used"
        )
    example = step.example(parameter, perform.names.index(parameter))
    texts = _without_spec(job, [taken_away(perform)], example)
    notices = [*unseen(job, index), *left(job, f"Payloads with {parameter} that are still in Redis fail then.")]
    return step.plan(texts, *notices)


def _with_spec(job: Existing, edits: Sequence[Edit], example: str) -> dict[str, bytes | None]:
    texts: dict[str, bytes | None] = {job.path: edited(job.job.source.data, edits)}
    data = job.app.repo.data(job.test) if job.test else None
    added = with_example(data, example) if data is not None else None
    return {**texts, job.test: added} if added is not None else texts


def _without_spec(job: Existing, edits: Sequence[Edit], example: str) -> dict[str, bytes | None]:
    texts: dict[str, bytes | None] = {job.path: edited(job.job.source.data, edits)}
    data = job.app.repo.data(job.test) if job.test else None
    taken = without_example(data, example) if data is not None else None
    return {**texts, job.test: taken} if taken is not None else texts


def _literal(wanted: Argument, default: str | None) -> str:
    """The default as Ruby: nil, unless one is given that JSON carries as this type.

    Raises:
        InvalidInput: it is none of that type.
    """
    if default is None or default == "nil":
        return "nil"
    kind = wanted.type
    if kind in _NUMBERS and re.fullmatch(_NUMBERS[kind], default):
        return default
    if kind == "boolean" and default in {"true", "false"}:
        return default
    if kind in {"array", "hash"} and default == {"array": "[]", "hash": "{}"}[kind]:
        return default
    if kind in {"string", "date", "time", "decimal"}:
        return ruby_string(default)
    raise InvalidInput(
        f"{default[:50]!a} is no default for {kind}.",
        hint="Give a number, true or false, [] or {}, or a text, as the type asks for; or leave it out for nil.",
        code="invalid-default",
    )


def _pushing(job: Existing) -> str:
    return "perform_async" if job.form == "sidekiq" else "perform_later"
