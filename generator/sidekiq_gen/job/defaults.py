"""What ``.sidekiq-gen.toml`` says in place of flags that were left out, and how to do without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Flag, answer
from sidekiq_gen.job.collaborator import CALLS
from sidekiq_gen.job.delays import is_plain
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME, KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS, patterns_of
from sidekiq_gen.job.resolve import all_flags, context_of
from sidekiq_gen.job.retries import RETRY, RETRY_FOR
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.settings import FILE, TEMPLATES, WITHOUT, Setting, SettingsFile
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.project import Project

M = TypeVar("M")

# What one job alone can be asked, so that no default makes sense.
_OF_ONE_JOB = frozenset({"model", CALLS.parameter, "child", "save_result", WITHOUT.parameter})
# What the table [house] says, for every job and for the names of all files.
_OF_THE_HOUSE = {"dir": "directory"}
RETRY_AFTER = "retry-after"  # the key whose value may be Ruby
# Flags that answer the same question: one that was given puts the other out of force.
_SAME_QUESTION = ({RETRY.parameter, RETRY_FOR.parameter},)


def settable_flags(pack: Pack | None = None) -> tuple[Flag, ...]:
    """The flags of a job that the table ``[job]`` can set, those of a pack among them."""
    return tuple(flag for flag in all_flags(pack) if flag.parameter not in _OF_ONE_JOB | _OF_THE_HOUSE.keys())


@dataclass(frozen=True)
class Defaults:
    """What the file sets for the flags of a job, by parameter, and the file itself."""

    values: Answers
    file: SettingsFile
    pack: Pack | None = None

    @classmethod
    def read(cls, file: SettingsFile, pack: Pack | None = None) -> Defaults:
        """The table ``[job]``.

        Raises:
            InvalidInput: a key or a value makes no sense.
        """
        flags = {Setting.of(flag).name: flag for flag in settable_flags(pack)}
        found = file.read("job", map(Setting.of, flags.values()))
        _refuse_ruby(file, found)
        found.pop(TEMPLATES.parameter, None)  # which has been heeded: it decides what there is to be read
        values = {flags[name].parameter: value for name, value in found.items() if value.value is not False}
        return cls(values, file, pack)

    def under(self, pack: Pack | None) -> Defaults:
        """The same for jobs with another pack, which has other flags."""
        if pack == self.pack:
            return self
        known = {flag.parameter for flag in settable_flags(pack)}
        return Defaults({name: value for name, value in self.values.items() if name in known}, self.file, pack)

    def complete(self, answers: Answers, project: Project) -> Answers:
        """The answers, with what the file sets where nothing was given.

        What it says about a pattern or a kind counts where that pattern was asked for, or the job is of that kind.

        Raises:
            InvalidInput: ``--without`` names no flag, or one that was given as well.
        """
        if not self.values and WITHOUT.parameter not in answers:
            return answers
        out = _left_out(answers, self.pack)
        given = [same - {parameter} for same in _SAME_QUESTION for parameter in same if parameter in answers]
        out |= {parameter for same in given for parameter in same}
        values = {name: value for name, value in self.values.items() if name not in out and name not in answers}
        further = {flag.parameter: pattern for pattern in patterns_of(self.pack) for flag in pattern.flags[1:]}
        of_kinds = {flag.parameter for kind in KINDS for flag in kind.flags}
        plain = {name: value for name, value in values.items() if name not in further and name not in of_kinds}
        completed = {**answers, **plain}
        for name in values.keys() & further.keys():
            if further[name].flags[0].parameter in completed:
                completed[name] = values[name]
        for name in values.keys() & of_kinds:
            if name in _flags_of_the_kind(completed, project):
                completed[name] = values[name]
        return completed

    def but(self, patterns: Sequence[Pattern[Any]], answers: Answers) -> Answers:
        """The answers without the patterns of the file that somebody did not want, and with what says so."""
        unwanted = [
            one.flags[0].parameter
            for one in patterns_of(self.pack)
            if one not in patterns and one.flags[0].parameter in answers.keys() & self.values.keys()
        ]
        if not unwanted:
            return answers
        dropped = {name for parameter in unwanted for name in _together(parameter)}
        named = [*answer(answers, WITHOUT.parameter, ()), *(name.replace("_", "-") for name in unwanted)]
        kept = {name: value for name, value in answers.items() if name not in dropped}
        return {**kept, WITHOUT.parameter: Sourced(named, "answer")}

    def attempt(self, make: Callable[[Answers], M], answers: Answers) -> M:
        """What is made of the answers; the hint of a refusal names what in the file it comes from.

        Raises:
            InvalidInput, Refused: whatever `make` raises.
        """
        try:
            return make(answers)
        except (InvalidInput, Refused) as error:
            named = [name for name, value in answers.items() if value.origin == "settings"]
            for name in [one for one in named if _is_to_blame(one, error, answers, make)]:
                key = name.replace("_", "-")
                line = self.file.line("job", key)
                place = f"{FILE}, line {line}," if line else FILE
                error.hint += f" {place} sets {key}: {WITHOUT.option} {key} leaves it out."
            raise


NO_DEFAULTS = Defaults({}, SettingsFile({}))


def _refuse_ruby(file: SettingsFile, found: Mapping[str, Sourced[Any]]) -> None:
    """Let no Ruby but what reads from the error go from the file, which may have come with a clone, into a job."""
    told = found.get(RETRY_AFTER)
    for text in told.value if told else ():
        _, given, expression = text.partition("=")
        if given and not is_plain(expression):
            raise InvalidInput(
                f"{FILE}, line {file.line('job', RETRY_AFTER)}: [job] {RETRY_AFTER} has Ruby that does more than read "
                "from the error.",
                hint='Write error.wait, error.headers["retry-after"] or a time; other Ruby is for the command line: '
                "--retry-after.",
                code="invalid-settings",
            )


def _left_out(answers: Answers, pack: Pack | None) -> set[str]:
    """The parameters that ``--without`` names, with those that only say something about one of them."""
    flags = {flag.option.removeprefix("--"): flag for flag in settable_flags(pack)}
    left_out: set[str] = set()
    for typed in answer(answers, WITHOUT.parameter, ()):
        name = typed.removeprefix("--")
        if name not in flags:
            raise InvalidInput(
                f"{WITHOUT.option} {typed[:60]!a} is no flag that {FILE} could set.",
                hint=did_you_mean(name, flags, f"Name a key of its table [job]: {WITHOUT.option} unique."),
                code="usage",
            )
        if flags[name].parameter in answers and answers[flags[name].parameter].origin == "flag":
            raise InvalidInput(
                f"--{name} and {WITHOUT.option} {name} contradict each other.", hint="Pass one of them.", code="usage"
            )
        left_out |= _together(flags[name].parameter)
    return left_out


def _flags_of_the_kind(answers: Answers, project: Project) -> frozenset[str]:
    """The parameters of the kind that the job has; none while that is not decided, or is refused anyway."""
    try:
        kind = KIND_BY_NAME[context_of(answers, project).kind]
    except (InvalidInput, Refused):
        return frozenset()
    return frozenset(flag.parameter for flag in kind.flags)


def _is_to_blame(name: str, error: InvalidInput | Refused, answers: Answers, make: Callable[[Answers], object]) -> bool:
    """Whether the same is not refused without that answer."""
    try:
        make({parameter: value for parameter, value in answers.items() if parameter not in _together(name)})
    except (InvalidInput, Refused) as other:
        return other.message != error.message
    return True


def _together(parameter: str) -> set[str]:
    """A flag with those that only say something about it."""
    pattern = next((one for one in PATTERNS if one.flags[0].parameter == parameter), None)
    return {flag.parameter for flag in pattern.flags} if pattern else {parameter}
