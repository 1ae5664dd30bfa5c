"""What a job is about: its kind, its model, and the arguments that follow from them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.guess import guess_model
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.naming import Argument, Model, parse_argument, parse_model
from sidekiq_gen.rails.house.neighbours import NewJob
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import KindName
    from sidekiq_gen.naming import JobName
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sidekiq.release import Release


@dataclass(frozen=True)
class Subject:
    """See `JobContext`, which takes these over."""

    kind: KindName
    arguments: tuple[Argument, ...]
    model: Model | None = None
    record: Argument | None = None


def find_subject(answers: Answers, name: JobName, app: RailsApp) -> Subject:
    """Decide what the job is about: as asked for, else as NAME says and a file in app/models proves.

    Raises:
        InvalidInput: an argument or a model cannot have its name.
        Refused: the answers contradict each other, or a model is needed and none is known.
    """
    arguments = tuple(parse_argument(text, app.acronyms) for text in answer(answers, "arguments", ()))
    kind, typed = answer(answers, "kind"), answer(answers, "model")
    records = [argument for argument in arguments if argument.model]
    about = KIND_BY_NAME[kind].about if kind else None
    if about == "nothing":
        return _about_nothing(kind, arguments, given=bool(records) or typed is not None)
    named = parse_model(typed, app.acronyms) if typed is not None else None
    if about == "rows":
        return _about_rows(kind, arguments, named or guess_model(name, app, rows=True))
    if named is None and records:
        return _about_a_record(arguments, records[0])
    model = named or guess_model(name, app)
    if model is None and kind == "record":
        raise _no_model(kind, name)
    if model is None or (named is None and any(argument.name == model.variable for argument in arguments)):
        return Subject("plain", arguments)
    return _about_a_record(arguments, Argument(model.variable, "record", model))


def new_job(answers: Answers, name: JobName, subject: Subject, *, guarded: bool) -> NewJob:
    """What the nearest neighbours of the job are near to. guarded: whether safeguards or options were asked for."""
    bare = subject.kind == "plain" and not subject.arguments and not guarded
    takes_arguments = bool(subject.arguments)
    return NewJob(name.namespaces, name.words, takes_arguments, answer(answers, "queue", ""), bare)


def as_it_travels(subject: Subject, release: Release) -> Subject:
    """The subject of an ActiveJob class, which is handed its records by GlobalID, and dates and times as such.

    A decimal travels as itself from Rails 7.2 on, where nothing has to switch that on.
    """

    def travelling(argument: Argument) -> Argument:
        text = argument.type == "decimal" and not release.capabilities.decimal_arguments
        return argument if text else replace(argument, by_id=False)

    record = travelling(subject.record) if subject.record else None
    return replace(subject, arguments=tuple(map(travelling, subject.arguments)), record=record)


def parse_directory(typed: str) -> str:
    """Read ``--dir``: a folder below the root.

    Raises:
        Refused: it is outside.
    """
    path = PurePosixPath(typed)
    if typed and not path.is_absolute() and not path.parts:
        raise Refused(
            "--dir . is the root of the repo, and no class in it would be found by its name.",
            hint="Give a folder below it: --dir app/jobs.",
            code="outside-root",
        )
    if path.is_absolute() or ".." in path.parts or not path.parts or any(ord(letter) < ord(" ") for letter in typed):
        raise Refused(
            f"--dir {typed!a} does not stay inside the repo.",
            hint="Give a folder relative to the root: --dir app/jobs.",
            code="outside-root",
        )
    return path.as_posix()


def _about_nothing(kind: KindName, arguments: tuple[Argument, ...], *, given: bool) -> Subject:
    if given:
        raise Refused(
            f"--kind {kind} has no record, and a model was given.",
            hint=f"Leave out --kind {kind}, or pass the id as an integer argument.",
            code="contradictory-patterns",
        )
    return Subject(kind, arguments)


def _about_rows(kind: KindName, arguments: tuple[Argument, ...], model: Model | None) -> Subject:
    if any(argument.model for argument in arguments):
        raise Refused(
            f"--kind {kind} finds its rows by itself, and an argument names one of them.",
            hint="Name the model with --model, or leave out --kind for a job about one record.",
            code="contradictory-patterns",
        )
    if model is None:
        raise Refused(
            f"--kind {kind} works through the rows of a model, and none is known.",
            hint="Name it: --model Order.",
            code="no-model",
        )
    return Subject(kind, arguments, model)


def _about_a_record(arguments: tuple[Argument, ...], record: Argument) -> Subject:
    """The record comes first among the arguments where nobody has placed it."""
    for index, argument in enumerate(arguments):
        if argument.parameter == record.parameter:
            arguments = (*arguments[:index], record, *arguments[index + 1 :])
            break
    else:
        arguments = (record, *arguments)
    return Subject("record", arguments, record.model, record)


def _no_model(kind: KindName, name: JobName) -> Refused:
    return Refused(
        f"--kind {kind} needs a model, and no file in app/models fits {name.class_name}.",
        hint="Name it: --model Order.",
        code="no-model",
    )
