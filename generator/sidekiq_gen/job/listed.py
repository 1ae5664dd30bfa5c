"""The list of jobs that ``job --from`` reads: in TOML, each with the answers that flags would give."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sidekiq_gen import toml
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.resolve import all_flags
from sidekiq_gen.settings import TEMPLATES, WITHOUT, Setting
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from sidekiq_gen.errors import SidekiqGenError
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.packs.pack import Pack

    PackOf: TypeAlias = Callable[[object], Pack | None]

TABLES = ("defaults", "job")
# What is wrong is listed up to so many lines.
MOST_FAULTS = 20

# What a job has besides flags.
NAME = Setting("name", "NAME of the job, as on the command line.", "text")
ARGUMENTS = Setting("arguments", 'The arguments of perform: ["amount:decimal", "order:record"].', "list")


@dataclass(frozen=True)
class Listed:
    """One job of the list.

    answers: what it says, by parameter, ``name`` among it. off: the switches that it says ``false`` of.
    """

    answers: Answers
    off: frozenset[str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one job, or with the list: index is the place of the job, from 0; None for the list."""

    index: int | None
    key: str
    error: SidekiqGenError


@dataclass(frozen=True)
class JobList:
    """The list as it was read.

    file: what to call it. defaults: what holds for each job that does not say it itself, by parameter.
    """

    file: str
    text: str
    jobs: tuple[Listed, ...]
    defaults: Answers

    def refusal(self, faults: Sequence[Fault]) -> SidekiqGenError:
        """The error that names everything that is wrong, each with its line; of one fault it keeps code and hint."""
        if len(faults) == 1:
            error = faults[0].error
            kind = InvalidInput if isinstance(error, InvalidInput) else Refused
            return kind(f"{self._place(faults[0])}: {error.message}", hint=error.hint, code=error.code)
        lines = [f"{self._place(fault)}: {fault.error.message} {fault.error.hint}" for fault in faults[:MOST_FAULTS]]
        if len(faults) > MOST_FAULTS:
            lines.append(f"... and {len(faults) - MOST_FAULTS} more")
        usage = any(isinstance(fault.error, InvalidInput) for fault in faults)
        return (InvalidInput if usage else Refused)(
            "\n".join([f"{len(faults)} problems in {self.file}:", *lines]),
            hint="Nothing was written: a list is written as a whole, or not at all.",
            code="invalid-jobs",
        )

    def place(self, index: int, key: str = "") -> str:
        """Where one of the jobs stands, or a key of it: ``jobs.toml, line 12``."""
        line = self._tables.line(index, key)
        return f"{self.file}, line {line}" if line else f"{self.file}, job {index + 1}"

    def _place(self, fault: Fault) -> str:
        if fault.index is None:
            return self.file
        place = self.place(fault.index, fault.key)
        answers = self.jobs[fault.index].answers if fault.index < len(self.jobs) else {}
        return f"{place}, {toml.shown(answers['name'].value)}" if "name" in answers and not fault.key else place

    @cached_property
    def _tables(self) -> toml.ListedTables:
        return toml.ListedTables(self.text, "job")


def read_list(data: bytes, file: str, pack_of: PackOf = lambda _: None) -> JobList:
    """Read the list.

    file: what to call it in a message. pack_of: the pack that a table names, whose flags are keys as well.

    Raises:
        InvalidInput: it is no TOML, has a key or a value that makes no sense, or no job: ``invalid-jobs``. All that is
            wrong is named at once.
    """
    try:
        text, document = toml.parse(data)
    except toml.NotToml as error:
        place = f"{file}, line {error.line}" if error.line else file
        raise _invalid(f"{place}: {error.message}.") from None
    listed = document.get("job")
    tables = listed if isinstance(listed, list) else []
    faults = [*_of_the_document(document)]
    usual = _templates_of(document.get("defaults"))
    keys = _KeysByPack(pack_of)
    defaults, wrong = keys.read(document.get("defaults", {}), None, usual)
    faults += wrong
    jobs = []
    for index, table in enumerate(tables):
        job, wrong = keys.read(table, index, _templates_of(table) or usual)
        jobs.append(job)
        faults += wrong
    found = JobList(file, text, tuple(jobs), defaults.answers)
    if faults:
        raise found.refusal(faults)
    return found


def _of_the_document(document: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the document around the jobs."""
    for name in document:
        if name not in TABLES:
            hint = toml.nearest(name, TABLES, "What there is:")
            yield Fault(None, "", _invalid(f"There is no table or key {toml.shown(name)} in it.", hint))
    if not isinstance(document.get("defaults", {}), dict):
        yield Fault(None, "", _invalid("defaults is not a table.", "Write [defaults], and its keys below it."))
    listed = document.get("job")
    if isinstance(listed, dict):
        hint = "Write [[job]], in two pairs of brackets, above each of them."
        yield Fault(None, "", _invalid("job is one table, and not a list of them.", hint))
    elif not isinstance(listed, list) and listed is not None:
        yield Fault(None, "", _invalid("job is not a list of tables.", "Write [[job]], and its keys below it."))
    elif not listed:
        yield Fault(None, "", _invalid("There is no job in it.", "Write [[job]] and below it name = ..."))


def _templates_of(table: object) -> object:
    """The pack that a table names."""
    return table.get(TEMPLATES.parameter) if isinstance(table, dict) else None


class _KeysByPack:
    """What tables can have, which depends on the pack of each."""

    def __init__(self, pack_of: PackOf) -> None:
        self._pack_of = pack_of
        self._known: dict[tuple[bool, Pack | None], _Keys] = {}

    def read(self, table: object, index: int | None, templates: object) -> tuple[Listed, list[Fault]]:
        """What one says, and what is wrong with it; index: of a job, None for the defaults of all."""
        try:
            pack = self._pack_of(templates)
        except (InvalidInput, Refused) as error:
            key = TEMPLATES.parameter if _templates_of(table) else ""
            return Listed({}, frozenset()), [Fault(index, key, error)] if key else []
        key_of = (index is not None, pack)
        keys = self._known.get(key_of) or self._known.setdefault(key_of, _Keys(pack, with_name=index is not None))
        return keys.read(table, index)


class _Keys:
    """What a table can have; with_name: the name and the arguments of one job as well."""

    def __init__(self, pack: Pack | None, *, with_name: bool) -> None:
        own = (NAME, ARGUMENTS) if with_name else ()
        flags = [Setting.of(flag) for flag in all_flags(pack) if with_name or flag is not WITHOUT]
        self._with_name = with_name
        self._table = "[[job]]" if with_name else "[defaults]"
        self._known = {setting.name: setting for setting in (*own, *flags)}
        self._parameters = {name: name.replace("-", "_") for name in self._known}

    def read(self, table: object, index: int | None) -> tuple[Listed, list[Fault]]:
        """What it says, and what is wrong with it."""
        if not isinstance(table, dict):
            hint = f"Write {self._table}, and its keys below it."
            return Listed({}, frozenset()), [
                Fault(index, "", _invalid("It is not a table.", hint))
            ] if self._with_name else []
        answers: dict[str, Sourced[Any]] = {}
        off, faults = set(), []
        for name, value in table.items():
            if name not in self._known:
                faults.append(Fault(index, name, self._unknown(name)))
                continue
            taken = self._known[name].read(value)
            if taken is None:
                message = f"{name} = {toml.written(value)} makes no sense."
                faults.append(Fault(index, name, _invalid(message, f"It takes {self._known[name].allowed}.")))
            elif taken is False:
                off.add(self._parameters[name])
            else:
                answers[self._parameters[name]] = Sourced(taken, "flag")
        if index is not None and "name" not in table:
            faults.append(
                Fault(index, "", _invalid("The job has no name.", 'Say what it does: name = "ProcessOrder".'))
            )
        return Listed(answers, frozenset(off)), faults

    def _unknown(self, name: str) -> InvalidInput:
        hint = toml.nearest(name, self._known, f"{self._table} takes")
        return _invalid(f"{self._table} has no key {toml.shown(name)}.", hint)


def _invalid(message: str, hint: str = "Its form is that of TOML; docs/many.md shows one.") -> InvalidInput:
    return InvalidInput(message, hint=hint, code="invalid-jobs")
