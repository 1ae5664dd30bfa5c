"""From answers to a request: flag or answer first, then the repo's habits, then the default."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, get_args

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.naming import Argument, JobName, Model, parse_argument, parse_job_name, parse_model, parse_queue
from sidekiq_gen.notices import Notice
from sidekiq_gen.patterns.base import answer
from sidekiq_gen.patterns.catalogue import BY_NAME, PATTERNS, from_the_outside_in
from sidekiq_gen.request import Answers, Chosen, Flag, JobRequest, Kind, Retry, Situation, style_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.detect import Surroundings
    from sidekiq_gen.rails.app import RailsApp

RETRIES = 5

JOB_FLAGS = (
    Flag("--model", "The model the job is about.", "text", metavar="NAME", question="Which model is it about?"),
    Flag("--kind", "The shape of the job.", "choice", choices=get_args(Kind), question="What kind of job is it?"),
    Flag("--queue", "Its queue.", "text", metavar="NAME", question="Which queue?"),
    Flag("--retry", "How often a failed job is tried again.", "text", metavar="N|false", question="How many retries?"),
    Flag("--dir", "The folder of the job class, relative to the root.", "text", metavar="DIR"),
    Flag("--test", "The framework of its spec.", "choice", choices=("rspec", "minitest", "none")),
    Flag(
        "--database",
        "The database it runs on, where the repo names several or none.",
        "choice",
        choices=("postgresql", "mysql", "sqlite"),
    ),
)


def resolve(answers: Answers, surroundings: Surroundings) -> JobRequest:
    """Decide everything about one job.

    Raises:
        InvalidInput: an answer makes no sense anywhere.
        Refused: it cannot be had for this release, database or set of gems.
    """
    situation = situate(answers, surroundings)
    app, conventions = situation.app, situation.app.conventions
    directory = _directory(answer(answers, "dir", conventions.job_dir.value))
    return JobRequest(
        situation,
        parse_queue(answer(answers, "queue", "default")),
        directory,
        answer(answers, "test", app.test_framework or "none"),
        style_of(app),
        choose(answers, situation),
    )


def situate(answers: Answers, surroundings: Surroundings) -> Situation:
    """Decide what the job is about: everything but its patterns."""
    app = surroundings.app
    name = parse_job_name(answer(answers, "name", ""), suffix=app.conventions.suffix.value, acronyms=app.acronyms)
    arguments = tuple(parse_argument(text, app.acronyms) for text in answer(answers, "arguments", ()))
    arguments, record = _record(answers, name, arguments, app)
    names = [name for argument in arguments for name in {argument.name, argument.parameter}]
    if len(set(names)) < len(names):
        raise InvalidInput(
            "Two arguments have the same name.", hint="Give each argument a name of its own.", code="invalid-argument"
        )
    database = answer(answers, "database", app.databases[0] if app.databases else None)
    usual = RETRIES if app.conventions.retry.value is None else app.conventions.retry.value
    retry = parse_retry(answer(answers, "retry")) if "retry" in answers else usual
    return Situation(app, surroundings.release, name, arguments, record, database, retry)


def choose(answers: Answers, situation: Situation) -> tuple[Chosen, ...]:
    """The patterns that were asked for, from the outside in, each with its settings.

    Raises:
        InvalidInput: a flag was given that only says something about a pattern that was not asked for.
        Refused: one cannot be had here, or two contradict each other.
    """
    wanted = [pattern for pattern in from_the_outside_in() if pattern.flags[0].parameter in answers]
    names = {pattern.name for pattern in wanted}
    for pattern in PATTERNS:
        stray = next((flag for flag in pattern.flags[1:] if flag.parameter in answers), None)
        if stray and pattern.name not in names:
            raise InvalidInput(
                f"{stray.option} says something about {pattern.flags[0].option}, which was not asked for.",
                hint=f"Add {pattern.flags[0].option}, or leave out {stray.option}.",
                code="contradictory-patterns",
            )
    chosen = []
    for pattern in wanted:
        clash = sorted(pattern.excludes & names)
        if clash:
            raise Refused(
                f"{pattern.flags[0].option} and {BY_NAME[clash[0]].flags[0].option} are two locks for the same thing.",
                hint="Choose one of them.",
                code="contradictory-patterns",
            )
        refusal = pattern.refusal(situation)
        if refusal:
            raise refusal
        chosen.append(Chosen(pattern.name, pattern.decide(answers, situation)))
    return tuple(chosen)


def notices(request: JobRequest, surroundings: Surroundings) -> Iterator[Notice]:
    """Everything the user should know about this request."""
    yield from surroundings.notices
    situation = request.situation
    for argument in situation.arguments:
        if argument.model and situation.app.model_file(argument.model.name) is None:
            yield Notice(
                "model-not-found",
                f"No file in app/models defines {argument.model.name}.",
                "The spec is green once the model exists; --model names another one.",
            )
    if request.test == "none" and situation.app.test_framework is None:
        yield Notice(
            "no-test-framework",
            "No spec is written: the lockfile has neither rspec-rails nor Minitest.",
            "Pass --test rspec or --test minitest to have one.",
        )
    if len(situation.app.databases) > 1 and request.lock:
        yield Notice(
            "several-databases",
            f"The repo names {', '.join(situation.app.databases)}: the lock is written for {situation.database}.",
            "Pass --database to choose another one.",
        )
    for chosen in request.patterns:
        yield from BY_NAME[chosen.name].notices(chosen.settings, request)


def all_flags() -> tuple[Flag, ...]:
    """Every flag that decides something about a job, in the order of the help."""
    return (*JOB_FLAGS, *(flag for pattern in PATTERNS for flag in pattern.flags))


def _record(
    answers: Answers, name: JobName, arguments: tuple[Argument, ...], app: RailsApp
) -> tuple[tuple[Argument, ...], Argument | None]:
    """The arguments with the record among them, and the record; it comes first where nobody has placed it."""
    kind, typed = answer(answers, "kind"), answer(answers, "model")
    records = [argument for argument in arguments if argument.model]
    if kind == "plain":
        if typed is not None or records:
            raise Refused(
                "--kind plain has no record, and a model was given.",
                hint="Leave out --kind plain, or pass the id as an integer argument.",
                code="contradictory-patterns",
            )
        return arguments, None
    if typed is not None:
        model = parse_model(typed, app.acronyms)
    elif records:
        return arguments, records[0]
    else:
        guessed = guess_model(name, app)
        if guessed is None and kind == "record":
            raise Refused(
                f"--kind record needs a model, and no file in app/models fits {name.class_name}.",
                hint="Name it: --model Order.",
                code="no-model",
            )
        if guessed is None or any(argument.name == guessed.variable for argument in arguments):
            return arguments, None
        model = guessed
    record = Argument(model.variable, "record", model)
    for index, argument in enumerate(arguments):
        if argument.parameter == record.parameter:
            return (*arguments[:index], record, *arguments[index + 1 :]), record
    return (record, *arguments), record


def guess_model(name: JobName, app: RailsApp) -> Model | None:
    """The model that the last words of NAME spell, if a file in app/models proves it: ``ProcessOrder`` -> ``Order``."""
    namespace = "::".join(name.namespaces)
    for start in range(len(name.words)):
        try:
            model = parse_model("_".join(name.words[start:]), app.acronyms).name
        except InvalidInput:  # check_in ends in a reserved word, process_2fa in no constant
            continue
        for candidate in (f"{namespace}::{model}", model) if namespace else (model,):
            if app.model_file(candidate) is not None:
                return Model(candidate)
    return None


def parse_retry(typed: str) -> Retry:
    """Read ``--retry``: a number or ``false``.

    Raises:
        InvalidInput: it is neither.
    """
    if typed == "false":
        return False
    if typed.isascii() and typed.isdigit() and len(typed) < 5:  # noqa: PLR2004 - 9999 retries are years
        return int(typed)
    raise InvalidInput(
        f"--retry {typed!a} is no number of retries.", hint="Give a number or false: --retry 5.", code="invalid-retry"
    )


def _directory(typed: str) -> str:
    path = PurePosixPath(typed)
    if path.is_absolute() or ".." in path.parts or not path.parts or any(ord(letter) < ord(" ") for letter in typed):
        raise Refused(
            f"--dir {typed!a} does not stay inside the repo.",
            hint="Give a folder relative to the root: --dir app/jobs.",
            code="outside-root",
        )
    return path.as_posix()
