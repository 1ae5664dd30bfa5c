"""From answers to a request: flag or answer first, then the repo's habits, then the default."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.active_job import FORM, METHODS, form_notices, refusal, refuse_flags
from sidekiq_gen.job.answers import answer_notices, queue_notices
from sidekiq_gen.job.arguments import argument_notices
from sidekiq_gen.job.attributes import find_attributes
from sidekiq_gen.job.collaborator import CALLS
from sidekiq_gen.job.interactions import LOCKS, clash, settle, warnings
from sidekiq_gen.job.keys import with_keys
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME, KINDS
from sidekiq_gen.job.kinds.fan_out import child_name
from sidekiq_gen.job.kinds.record import implied
from sidekiq_gen.job.lacks import lack_notices
from sidekiq_gen.job.mappers import other_mapper
from sidekiq_gen.job.minitest import stubs
from sidekiq_gen.job.names import give_names, taken_names
from sidekiq_gen.job.options import OPTION_FLAGS, base_notices, find_options, find_queue, option_notices
from sidekiq_gen.job.patterns.catalogue import from_the_outside_in, pattern_of, patterns_of
from sidekiq_gen.job.repo import gather
from sidekiq_gen.job.request import Chosen, JobContext, JobRequest, tree_of
from sidekiq_gen.job.retries import RETRY, RETRY_FOR, find_retries, retry_notices
from sidekiq_gen.job.subject import as_it_travels, find_subject, new_job, parse_directory
from sidekiq_gen.naming import parse_job_name, split_path
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.stubs import stub_notices
from sidekiq_gen.settings import TEMPLATES, WITHOUT
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.collaborator import Collaborator
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.style import TestFramework

DATABASES = ("postgresql", "mysql", "sqlite")
JOB_FLAGS = (
    Flag(
        "--model", "The model that the job works on.", "text", metavar="NAME", question="Which model does it work on?"
    ),
    Flag(
        "--kind",
        "The shape of the job.",
        "choice",
        choices=tuple(kind.name for kind in KINDS),
        lines=tuple(kind.summary for kind in KINDS),
        question="What kind of job is it?",
    ),
    CALLS,
    FORM,
    Flag("--queue", "Its queue.", "text", metavar="NAME", question="Which queue?"),
    RETRY,
    RETRY_FOR,
    *OPTION_FLAGS,
    Flag("--dir", "The folder of the job class, relative to the root.", "text", metavar="DIR"),
    Flag("--test", "The framework of its spec.", "choice", choices=("rspec", "minitest", "none")),
    Flag(
        "--database",
        "The database it runs on, where the repo names several or none.",
        "choice",
        choices=DATABASES,
    ),
    Flag(
        "--migration",
        "Write the migrations for what the table lacks: columns of the job, the index that its query needs.",
        "switch",
    ),
    TEMPLATES,
    WITHOUT,
)


def resolve_job(answers: Answers, project: Project) -> JobRequest:
    """Decide everything about one job.

    Raises:
        InvalidInput: an answer makes no sense anywhere.
        Refused: it cannot be had for this release, database or set of gems.
    """
    answers = implied(answers)
    context = context_of(answers, project)
    app, house = project.app, context.house
    refuse_flags(answers, all_flags(app.pack), context.form)
    _refuse_stray_flags(answers, context)
    settings = KIND_BY_NAME[context.kind].decide(answers, context, app)
    child = resolve_job(_of_the_child(answers, context, app), project) if context.kind == "fan-out" else None
    test = _test(answers, app)
    style = app.style_for(house, test, f"{context.directory}/{context.name.file_stem}.rb")
    patterns = () if child else choose(answers, context, app)
    queue, queue_written = find_queue(answers, app, house)
    return JobRequest(
        context,
        settings,
        queue,
        test,
        style,
        gather(app, context, test, style.spec),
        patterns,
        child,
        None if child else _collaborator(answers, context, patterns, app),
        queue_written=queue_written,
        house=find_attributes(answers, app.pack),
    )


def _collaborator(
    answers: Answers, context: JobContext, patterns: tuple[Chosen, ...], app: RailsApp
) -> Collaborator | None:
    """What ``--calls`` names; what reads methods is loaded for it alone."""
    if CALLS.parameter not in answers:
        return None
    from sidekiq_gen.job.calls import find_collaborator

    return find_collaborator(answers, context, patterns, app)


def context_of(answers: Answers, project: Project) -> JobContext:
    """Decide what the job is about: everything but its patterns.

    Names that the templates of the kind and of the wanted patterns take for themselves are given to nothing else: a
    record is called otherwise inside, an argument is refused.
    """
    app, answers = project.app, implied(answers)
    typed = answer(answers, "name", "")
    name = parse_job_name(typed, suffix=app.conventions.suffix.value, acronyms=app.acronyms)
    subject = with_keys(find_subject(answers, name, app), app)
    usual = app.folders.folder_for(name.namespaces, subject.model.name if subject.model else None)
    directory = parse_directory(answer(answers, "dir", split_path(typed)[0] or usual.value))
    within = app.folders.namespace(directory)
    name = parse_job_name(typed, suffix=app.conventions.suffix.value, acronyms=app.acronyms, within=within)
    guarded = bool(wanted(answers, app.pack)) or any(flag.parameter in answers for flag in OPTION_FLAGS)
    house = app.conventions_for(new_job(answers, name, subject, guarded=guarded))
    name = parse_job_name(typed, suffix=house.suffix.value, acronyms=app.acronyms, within=within)
    reserved: frozenset[str] = frozenset()
    if app.form == "active-job":
        subject, reserved = as_it_travels(subject, project.release), METHODS
    tree, test = tree_of(app.form, project.release), _test(answers, app)
    taken = taken_names(
        tree, subject.kind, wanted(answers, app.pack), test, app.layers, calls=CALLS.parameter in answers
    )
    subject, row = give_names(subject, taken)
    database = answer(answers, "database", app.databases[0] if app.databases else None)
    retries = find_retries(answers, project, house)
    context = JobContext(
        project.release,
        (name.for_one if KIND_BY_NAME[subject.kind].hands == "row" else name).beside(taken.in_the_job | reserved),
        subject.kind,
        subject.arguments,
        subject.model,
        subject.record,
        row,
        database,
        retries.count,
        retries.seconds,
        retries.written,
        find_options(answers, project.release, retries.count),
        house,
        directory,
        app.form,
        app.layers,
    )
    of_form = refusal(KIND_BY_NAME[subject.kind], f"--kind {subject.kind}", context)
    refused = of_form or other_mapper(context, app) or KIND_BY_NAME[subject.kind].refusal(context, app)
    if refused:
        raise refused
    return context


def context_of_the_work(answers: Answers, project: Project) -> JobContext:
    """The context of the job that the patterns are laid over: for a fan-out, that of its child."""
    context = context_of(answers, project)
    if context.kind != "fan-out":
        return context
    return context_of(_of_the_child(answers, context, project.app), project)


def _of_the_child(answers: Answers, context: JobContext, app: RailsApp) -> Answers:
    """The answers for the job that a fan-out enqueues for each record."""
    if context.model is None:
        raise AssertionError(context.kind)
    kept = {name: value for name, value in answers.items() if name not in {"child", "batch", "batch_size"}}
    named = {
        "name": child_name(answer(answers, "child"), context, app).file_stem,
        "kind": "record",
        "model": context.model.name,
        "dir": context.directory,
    }
    return kept | {parameter: Sourced(value, "default") for parameter, value in named.items()}


def wanted(answers: Answers, pack: Pack | None = None) -> tuple[Pattern[Any], ...]:
    """The patterns that were asked for, from the outside in."""
    return tuple(pattern for pattern in from_the_outside_in(pack) if pattern.flags[0].parameter in answers)


def choose(answers: Answers, context: JobContext, app: RailsApp) -> tuple[Chosen, ...]:
    """The patterns that were asked for, from the outside in, each with its settings.

    Raises:
        InvalidInput: a flag was given that only says something about a pattern that was not asked for.
        Refused: one cannot be had here, or two contradict each other.
    """
    asked_for = wanted(answers, app.pack)
    for pattern in patterns_of(app.pack):
        stray = next((flag for flag in pattern.flags[1:] if flag.parameter in answers), None)
        built_in = type(pattern) in KIND_BY_NAME[context.kind].built_in  # which then has a default of its own
        if stray and pattern not in asked_for and not built_in:
            raise InvalidInput(
                f"{stray.option} needs {pattern.flags[0].option}.",
                hint=f"Add {pattern.flags[0].option}, or leave out {stray.option}.",
                code="contradictory-patterns",
            )
    excluded = clash([pattern.name for pattern in asked_for], app.pack)
    if excluded:
        raise excluded.refusal()
    chosen, kind = [], KIND_BY_NAME[context.kind]
    for pattern in asked_for:
        refused = unfit(pattern, context) or pattern.refusal(context, app)
        if refused:
            raise refused
        chosen.append(Chosen(pattern.name, pattern.decide(answers, context, app)))
    settled = settle(chosen, context)
    for one in settled:
        refused = kind.objection(one, context)
        if refused:
            raise refused
    return tuple(one for one in settled if type(pattern_of(one)) not in kind.built_in)


def unfit(pattern: Pattern[Any], context: JobContext) -> Refused | None:
    """Why a pattern cannot be laid over jobs of this kind and form, or None when it can."""
    if context.kind in pattern.kinds:
        return refusal(pattern, pattern.flags[0].option, context)
    return Refused(
        f"{pattern.flags[0].option} is not available for --kind {context.kind}.",
        hint=f"{KIND_BY_NAME[context.kind].alternative} Leave out {pattern.flags[0].option}.".strip(),
        code="contradictory-patterns",
    )


def notices(request: JobRequest, project: Project, *, migrated: bool = False) -> Iterator[Notice]:
    """Everything the user should know about this request.

    migrated: whether migrations see to what the table lacks.
    """
    yield from project.notices
    context, app = request.context, project.app
    if context.layers:
        from sidekiq_gen.ruby.overrides import override_notices

        yield from override_notices(context.layers)
    models = [context.model, *(argument.model for argument in context.arguments)]
    for model in dict.fromkeys(models):
        if model and app.model_file(model.name) is None:
            yield Notice(
                "model-not-found",
                f"No file in app/models defines {model.name}.",
                did_you_mean(
                    model.name, app.models, "The spec is green once the model exists; --model names another one."
                ),
            )
    yield from retry_notices(context)
    yield from option_notices(context)
    yield from argument_notices(context, app)
    yield from answer_notices(request, app)
    yield from queue_notices(request, app)
    yield from base_notices(request.child or request, app)
    if request.test == "none" and app.test_framework is None:
        yield Notice(
            "no-test-framework",
            "No spec is written: the lockfile has neither rspec-rails nor Minitest.",
            "Pass --test rspec or --test minitest to have one.",
        )
    yield from stub_notices(app, request.test if stubs(request) else "none", request.style.spec)
    if len(app.databases) > 1 and (request.child or request).has(*LOCKS):
        yield Notice(
            "several-databases",
            f"The repo names {', '.join(app.databases)}: the lock is written for {context.database}.",
            "Pass --database to choose another one.",
        )
    yield from KIND_BY_NAME[context.kind].notices(request.kind_settings, request, app)
    for one in (request, *([request.child] if request.child else ())):
        yield from () if migrated else lack_notices(one, app)
        if one.calls:
            from sidekiq_gen.job.calls import call_notices

            yield from call_notices(one)
        yield from form_notices(one)
        for chosen in one.patterns:
            yield from pattern_of(chosen).notices(chosen.settings, one, app)
            yield from warnings(chosen, one)


def all_flags(pack: Pack | None = None) -> tuple[Flag, ...]:
    """Every flag that decides something about a job, in the order of the help, with those of a pack.

    Raises:
        InvalidInput: the pack declares one that there is: ``invalid-pack``.
    """
    if pack is None:
        return _own_flags()
    from sidekiq_gen.job.packs import checked

    return (*_own_flags(), *checked(pack, _own_flags()).flags)


@cache
def _own_flags() -> tuple[Flag, ...]:
    shapes = dict.fromkeys(flag for kind in KINDS for flag in kind.flags)
    return (*JOB_FLAGS, *shapes, *(flag for pattern in patterns_of(None) for flag in pattern.flags))


def _test(answers: Answers, app: RailsApp) -> TestFramework:
    framework: TestFramework = answer(answers, "test", app.test_framework or "none")
    return framework


def _refuse_stray_flags(answers: Answers, context: JobContext) -> None:
    """Refuse a flag of another kind."""
    own = KIND_BY_NAME[context.kind].flags
    for kind in KINDS:
        stray = next((flag for flag in kind.flags if flag.parameter in answers and flag not in own), None)
        if stray:
            raise InvalidInput(
                f"{stray.option} is for --kind {kind.name}, and this is a {context.kind} job.",
                hint=f"Add --kind {kind.name}, or leave out {stray.option}.",
                code="contradictory-patterns",
            )
