"""Names never meet by accident: what the templates take for themselves is given to nothing else.

Each template declares the names of its Ruby that share a scope with arguments or records, in a comment:
``{# names: deadline done #}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.plurals import plural
from sidekiq_gen.reserved import INHERITED_CONSTANTS
from sidekiq_gen.ruby.templates import declared_names
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import KindName
    from sidekiq_gen.job.subject import Subject
    from sidekiq_gen.naming import Argument
    from sidekiq_gen.ruby.templates import Folder, Layers
    from sidekiq_gen.style import TestFramework


@dataclass(frozen=True)
class Taken:
    """The names that are taken in the job, and those that are taken in its spec or test."""

    in_the_job: frozenset[str]
    in_the_test: frozenset[str]

    @property
    def anywhere(self) -> frozenset[str]:
        """All of them: a record is called the same in both files."""
        return self.in_the_job | self.in_the_test


def taken_names(  # noqa: PLR0913 - what brings templates
    tree: Folder,
    kind: KindName,
    patterns: Collection[Pattern[Any]],
    test: TestFramework,
    layers: Layers = (),
    *,
    calls: bool = False,
) -> Taken:
    """The names that the templates of a kind and of the patterns over it declare, in all of their shapes.

    calls: whether a collaborator does the work, with templates of its own.
    """
    folders = [f"kinds/{folder}/" for folder in _folders(KIND_BY_NAME[kind])]
    folders += [f"patterns/{folder}/" for pattern in patterns for folder in _folders(pattern)]
    folders += [f"calls/{through}/" for through in ("instance", "record") if calls]
    folders += ["house/"] if layers else []

    def declared(part: str) -> frozenset[str]:
        files = (f"{folder}{part}.rb.j2" for folder in ("", *folders))
        return frozenset(name for file in files for name in declared_names(tree, file, layers))

    brought = frozenset(name for pattern in patterns for name in pattern.names)
    return Taken(declared("job") | brought, declared(test) if test != "none" else frozenset())


def give_names(subject: Subject, taken: Taken) -> tuple[Subject, str]:
    """The subject with names that are free, and the variable of a row of its model: empty where there is none.

    A record or row whose name is taken is called ``note_record`` inside; its parameter stays ``note_id``.

    Raises:
        InvalidInput: an argument has a name that is taken, by a template or by another argument.
        Refused: the job or its spec defines a class of the name that a model has.
    """
    models = [subject.model, *(argument.model for argument in subject.arguments)]
    constants = taken.anywhere | INHERITED_CONSTANTS
    hidden = next((model.name for model in models if model and model.name.split("::")[0] in constants), None)
    if hidden:
        raise Refused(
            f"{hidden} would not be the model inside this job, which has its own {hidden.split('::')[0]}.",
            hint="Put the model into a namespace, or leave out the safeguard that brings the constant.",
            code="invalid-model",
        )
    arguments = tuple(_free(argument, taken) for argument in subject.arguments)
    record = next((free for free, was in zip(arguments, subject.arguments, strict=True) if was == subject.record), None)
    row = record.name if record else _row(subject, taken)
    names = [name for argument in arguments for name in {argument.name, argument.parameter}]
    if row and not record:
        names += {row, plural(row)}
    if len(set(names)) < len(names):
        raise InvalidInput(
            "Two arguments have the same name.", hint="Give each argument a name of its own.", code="invalid-argument"
        )
    return replace(subject, arguments=arguments, record=record), row


def _free(argument: Argument, taken: Taken) -> Argument:
    if argument.parameter in taken.in_the_job:
        raise InvalidInput(
            f"{argument.parameter!a} cannot be the name of an argument.",
            hint=f"The job itself uses it: give the argument another name, for example given_{argument.parameter}.",
            code="invalid-argument",
        )
    if argument.model and argument.name in taken.anywhere:
        return replace(argument, name=f"{argument.name}_record", parameter_stem=argument.name)
    return argument


def _row(subject: Subject, taken: Taken) -> str:
    if subject.model is None:
        return ""
    row = subject.model.variable
    return f"{row}_record" if {row, plural(row)} & taken.anywhere else row


def _folders(owner: Any) -> Iterator[str]:
    yield owner.identifier
    yield from (f"{owner.identifier}/{shape}" for shape in owner.shapes)
