"""What a repo has that can be the value of a flag: its columns, queues, models, error classes; the likeliest first.

For completion, for questions and for near misses. Everything is read when it is asked for, and nothing is suggested
that the flag would not take.
"""

from __future__ import annotations

import re
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from sidekiq_gen import naming
from sidekiq_gen.errors import SidekiqGenError
from sidekiq_gen.flags import Answers, answer
from sidekiq_gen.job import known_columns as columns
from sidekiq_gen.job.suggestion import Asked, Suggestion, in_words
from sidekiq_gen.regex import binary_regex, regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sidekiq_gen.rails.app import RailsApp

__all__ = ["Suggestion", "known", "values_of"]

# Errors of Ruby's libraries and of Rails that pass by themselves: no reason to give up.
_PASSES = regex(r"Connection|Deadlock|Timeout|Canceled|Serialization|Rollback|Socket|SSL|HTTPBad|Protocol|RecordError")
_SERVICES = ("services", "operations", "interactors", "use_cases", "commands", "actions")
_OF_A_SERVICE = regex(r"(?<=\w)(?:Service|Operation|Interactor|UseCase|Command|Action)$")
_OF_A_JOB = regex(r"(?<=\w)(?:Job|Worker)$")
_ENTRY = binary_regex(rb"^[ \t]*def (?:self\.)?(?:call|perform|run|execute|process)\b", re.MULTILINE)
_VERB = regex(r"^[ \t]*def ([a-z]+)!", re.MULTILINE)
_TAGS = regex(r"(?<!\w)tags:\s*")
_TAG = regex(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,59}")


def known(parameter: str, answers: Answers, app: RailsApp, typed: str = "") -> tuple[Suggestion, ...]:
    """The values for a flag, the likeliest first, each once; none where the repo has nothing to say.

    parameter: of the flag: ``check_then_act``; also ``name``, ``arguments`` (one of them), ``pattern`` (the names of
        kinds and patterns) and ``existing`` (the jobs that are there).
    answers: what is known so far, of which model, arguments and name say what the job is about.
    typed: what there is of the value already: ``status=``, behind which states are suggested, ``order:``, behind which
        types are.
    """
    find = _OF.get(parameter) or _choices_of(parameter)
    found: dict[str, Suggestion] = {}
    try:
        for one in find(Asked(answers, app, typed)):
            if one.value.isprintable():
                found.setdefault(one.value, one)
    except SidekiqGenError:  # what is typed so far makes no sense, as the run will say
        return ()
    return tuple(found.values())


def values_of(parameter: str, answers: Answers, app: RailsApp) -> tuple[str, ...]:
    """The same without the words about them."""
    return tuple(one.value for one in known(parameter, answers, app))


def _models(asked: Asked) -> Iterator[Suggestion]:
    if asked.guessed:
        yield Suggestion(asked.guessed, "by the name of the job")
    yield from (Suggestion(model, asked.app.constants.model_file(model) or "") for model in asked.app.models)


def _queues(asked: Asked) -> Iterator[Suggestion]:
    used = Counter(job.queue.name for job in asked.app.job_files if job.queue)
    for queue in asked.app.queues:
        told = [_times(used[queue])] if used[queue] else []
        told += ["no process works on it"] if asked.app.served.lacks(queue) else []
        yield Suggestion(queue, ", ".join(told))


def _errors(asked: Asked) -> Iterator[Suggestion]:
    """The repo's own, then those that its jobs name, then those of Rails and of Ruby that do not pass by themselves."""
    from sidekiq_gen.job.raised import OF_RAILS, OF_RUBYS_LIBRARIES
    from sidekiq_gen.rails.error_names import errors_in_code, own_errors

    app = asked.app
    yield from (Suggestion(name, path) for name, path in own_errors(app.constants))
    for job in (*app.sidekiq_jobs, *app.active_jobs):
        yield from (Suggestion(name, f"named by {job.path}") for name in errors_in_code(job.lines))
    if app.rails is not None or app.gem("activerecord") is not None:
        yield from (Suggestion(name, "Rails") for name in sorted(OF_RAILS) if not _PASSES.search(name))
    yield from (Suggestion(name, "Ruby") for name in sorted(OF_RUBYS_LIBRARIES) if not _PASSES.search(name))


def _delayed(asked: Asked) -> Iterator[Suggestion]:
    """The repo's own errors, those first that say how long to wait; for another one an expression has to say it."""
    from sidekiq_gen.job.delays import READER
    from sidekiq_gen.rails.error_names import own_errors
    from sidekiq_gen.rails.errors import error_class

    found = []
    for name, path in own_errors(asked.app.constants):
        error = error_class(asked.app, name)
        says = error is not None and READER in error.readers
        found.append((not says, Suggestion(name, f"has {READER}" if says else path)))
    yield from (one for _, one in sorted(found, key=lambda pair: pair[0]))


def _locks(asked: Asked) -> Iterator[Suggestion]:
    from sidekiq_gen.job.patterns.unique import Unique

    yield from in_words(Unique().explained(Unique.flags[0], asked.app))


def _strategies(asked: Asked) -> Iterator[Suggestion]:
    from sidekiq_gen.job.patterns.unique import Unique
    from sidekiq_gen.sidekiq.unique_locks import LOCKS, follows

    lock = LOCKS.get(answer(asked.answers, "unique", ""))
    lines = Unique().explained(Unique.flags[-1], asked.app)
    yield from (one for one in in_words(lines) if lock is None or follows(lock, one.value))


def _calls(asked: Asked) -> Iterator[Suggestion]:
    from sidekiq_gen.job.candidates import fitting

    yield from map(Suggestion, fitting(asked.words, asked.model, asked.app))


def _arguments(asked: Asked) -> Iterator[Suggestion]:
    """The types behind a name; before its colon the records that there are."""
    name, given, _ = asked.typed.partition(":")
    records = {naming.Model(model).variable: model for model in asked.app.models if "::" not in model}
    if not given:
        yield from (Suggestion(f"{variable}:record", model) for variable, model in records.items())
        return
    model = records.get(name.removesuffix("_id"), "")
    for kind in sorted(get_args(naming.ArgumentType), key=lambda one: not (model and one == "record")):
        yield Suggestion(f"{name}:{kind}", model if kind == "record" else "")


def _names(asked: Asked) -> Iterator[Suggestion]:
    """What a job may be called that is not there yet: after a service that can be called, or a method of a model."""
    app = asked.app
    taken = {name for name, _ in _jobs(app)}
    folders = tuple(f"{unit}app/{folder}/" for unit in app.repo.units for folder in _SERVICES)
    services = [(path, app.constants.name_of(name)) for path, name in app.repo.app_files if path.startswith(folders)]
    found = [
        Suggestion(_OF_A_SERVICE.sub("", name), path)
        for path, name in services
        if _ENTRY.search(app.repo.data(path) or b"")
    ]
    for model in app.models:
        text = app.repo.read(app.constants.model_file(model) or "") or ""
        outer, scope, last = model.rpartition("::")
        found += [
            Suggestion(f"{outer}{scope}{verb.capitalize()}{last}", f"{model}#{verb}!") for verb in _VERB.findall(text)
        ]
    yield from (one for one in found if one.value not in taken and _is_name(one.value))


def _is_name(text: str) -> bool:
    try:
        naming.parse_job_name(text, suffix="")
    except SidekiqGenError:
        return False
    return True


def _existing(asked: Asked) -> Iterator[Suggestion]:
    yield from (Suggestion(name, path) for name, path in _jobs(asked.app))


def _jobs(app: RailsApp) -> Iterator[tuple[str, str]]:
    """The jobs that are there, as NAME says them: without what the names of all jobs end in; and their files."""
    for job in (*app.sidekiq_jobs, *app.active_jobs):
        if job.name and not job.base:
            yield _OF_A_JOB.sub("", job.name), job.path


def _folders(asked: Asked) -> Iterator[Suggestion]:
    held = Counter(job.path.rpartition("/")[0] for job in asked.app.job_files)
    yield from (Suggestion(folder, _times(count)) for folder, count in held.most_common())


def _retries(asked: Asked) -> Iterator[Suggestion]:
    said = Counter(job.retry for job in asked.app.job_files if job.retry not in {"", "true"})
    yield from (Suggestion(retry, _times(count)) for retry, count in said.most_common())
    yield Suggestion("default", "as often as Sidekiq does by itself")
    yield Suggestion("0", "no retry: the first failure sends it to the Dead set")
    yield Suggestion("false", "no retry: the first failure drops it")


def _tags(asked: Asked) -> Iterator[Suggestion]:
    from sidekiq_gen.rails.literals import read_value

    said: Counter[str] = Counter()
    for text in (options for job in asked.app.job_files for options in job.options):
        found = _TAGS.search(text)
        items = read_value(text, found.end()).items if found else ()
        said.update(node.text for _, node in items if node.kind == "word" and _TAG.fullmatch(node.text))
    yield from (Suggestion(tag, _times(count)) for tag, count in said.most_common())


def _set_flags(asked: Asked) -> Iterator[Suggestion]:
    """The flags that the settings set, which alone can be left out."""
    from sidekiq_gen.settings import FILE

    yield from (Suggestion(name, f"set in {FILE}") for name in asked.app.settings.tables.get("job", {}))


def _patterns(asked: Asked) -> Iterator[Suggestion]:
    from sidekiq_gen.job.kinds.catalogue import KINDS
    from sidekiq_gen.job.patterns.catalogue import PATTERNS

    del asked
    yield from (Suggestion(one.name, one.summary) for one in (*KINDS, *PATTERNS))


def _samples(lines: Mapping[str, str]) -> Callable[[Asked], Iterable[Suggestion]]:
    """Values that show what a flag takes."""
    return lambda _: in_words(lines)


def _choices_of(parameter: str) -> Callable[[Asked], Iterator[Suggestion]]:
    """The choices of any other flag."""

    def choices(asked: Asked) -> Iterator[Suggestion]:
        from sidekiq_gen.job.resolve import all_flags

        del asked
        flag = next((flag for flag in all_flags() if flag.parameter == parameter), None)
        lines = flag.explained if flag else {}
        yield from (Suggestion(choice, lines.get(choice, "")) for choice in (flag.choices if flag else ()))

    return choices


def _times(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"


_LENGTHS = _samples({"30m": "half an hour", "2h": "two hours", "1d": "a day"})
_OF: Mapping[str, Callable[[Asked], Iterable[Suggestion]]] = MappingProxyType(
    {
        "name": _names,
        "arguments": _arguments,
        "existing": _existing,
        "pattern": _patterns,
        "model": _models,
        "queue": _queues,
        "check_then_act": columns.marks,
        "save_result": columns.results,
        "mark_failed": columns.failures,
        "attempts": columns.counts,
        "next_attempt": columns.rests,
        "discard_on": _errors,
        "retry_after": _delayed,
        "unique": _locks,
        "on_conflict": _strategies,
        "calls": _calls,
        "child": _names,
        "dir": _folders,
        "retry": _retries,
        "tags": _tags,
        "without": _set_flags,
        "backtrace": _samples({"20": "the first lines", "true": "every line"}),
        "retry_for": _LENGTHS,
        "unique_ttl": _LENGTHS,
        "throttle": _samples({"10/1m": "ten a minute", "100/1h": "a hundred an hour"}),
    }
)
