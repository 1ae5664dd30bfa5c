"""How this repo writes the specs of its jobs: the nearest decide, then all of them, then those of other classes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeVar

from sidekiq_gen.rails.code import CONSTANT
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.style import SpecStyle, test_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.house.jobs import JobFile

V = TypeVar("V")
Framework = Literal["rspec", "minitest"]
Negation = Literal["not_to", "to_not"]
Doubles = Literal["minitest", "mocha"]
Example = Literal["test", "it", "def"]

# So many specs are read at most, evenly spread over all of them.
MAXIMUM_SPECS = 200
MINIMUM_VOTES = 3
CLEAR = 0.6

_ENTRY = re.compile(r"^[ \t]*(RSpec\.)?describe[ \t(]([^\n]*(?:(?<=,)\n[^\n]*)*)", re.MULTILINE)
_TYPE = re.compile(r"(?<!\w)(?:type:|:type[ \t]*=>)[ \t]*[:\"'](\w+)")
_HELPER = re.compile(r"^require[ \t(]+[\"'](\w*_?helper)[\"']", re.MULTILINE)
_NEGATION = re.compile(r"\.(not_to|to_not)\b")
_INSTANCE = re.compile(
    rf"\b(?:let!?|subject!?)\(:(\w+)\)[ \t]*(?:\{{|do\s)\s*(?:described_class|{CONSTANT})\.new\s*(?:\}}|end\b)"
)
_CREATED = re.compile(r"(?<![\w.])(FactoryBot\.|FactoryGirl\.|)(?:create|build)(?:_stubbed|_list)?[ (]:\w")
_MOCHA = re.compile(r"\.(?:stubs|expects)\(|\.any_instance\b")
_STUB = re.compile(r"\.stub[ (]:")
_TEST_CLASS = re.compile(rf"^[ \t]*class[ \t]+{CONSTANT}[ \t]*<[ \t]*(?:::)?({CONSTANT})", re.MULTILINE)
_EXAMPLE = re.compile(r"^[ \t]*(test |it |def test_)", re.MULTILINE)
_REQUIRED = re.compile(r"(?:--require|-r)[ =]*(\S+)")
# What a spec may call the job without meeting what RSpec, Ruby or the templates call so.
INSTANCES = frozenset({"job", "worker", "instance", "sidekiq_job", "the_job", "this_job", "my_job", "test_job"})


@dataclass(frozen=True)
class SpecFile:
    """One spec of an existing job, or of another class.

    path, job: relative to the root; the second is empty for a spec of another class, as is
    place: the folder that stands for the folder of the job, in the words of `SpecStyle`.
    """

    path: str
    job: str
    place: str
    text: str

    @cached_property
    def entry(self) -> tuple[bool, str] | None:
        """Whether its outermost group has no receiver, and what follows; None where there is none."""
        found = _ENTRY.search(self.text)
        return (not found[1], found[2]) if found else None

    @property
    def bare(self) -> bool | None:
        """Whether it says ``describe`` without ``RSpec`` before it."""
        return self.entry[0] if self.entry else None

    @property
    def type(self) -> str | None:
        """What its group says that it is; empty where it says nothing."""
        found = _TYPE.search(self.entry[1]) if self.entry else None
        return (found[1] if found else "") if self.entry else None

    @property
    def helper(self) -> str:
        """The helper that it requires; empty where it requires none."""
        found = _HELPER.search(self.text)
        return found[1] if found else ""

    @property
    def negation(self) -> Negation | None:
        """What it turns most expectations round with."""
        words = _NEGATION.findall(self.text)
        other = words.count("to_not")
        return None if other * 2 == len(words) else "to_not" if other * 2 > len(words) else "not_to"

    @property
    def instance(self) -> str | None:
        """What it calls the job under test, where it gives it a name."""
        found = _INSTANCE.search(self.text)
        return found[1] if found and found[1] in INSTANCES else None

    @property
    def bare_factories(self) -> bool | None:
        """Whether it mostly says ``create(:order)`` without naming the library; None where it says neither."""
        receivers = _CREATED.findall(self.text)
        explicit = sum(map(bool, receivers))
        return None if explicit * 2 == len(receivers) else explicit * 2 < len(receivers)

    @property
    def doubles(self) -> Doubles | None:
        """What it stubs most methods with; None where it stubs none."""
        mocha, minitest = len(_MOCHA.findall(self.text)), len(_STUB.findall(self.text))
        return None if mocha == minitest else "mocha" if mocha > minitest else "minitest"

    @property
    def base(self) -> str | None:
        """What a test class inherits from; None for a class of Minitest's own, which has no ``test``."""
        found = _TEST_CLASS.search(self.text)
        return found[1] if found and not found[1].startswith("Minitest::") else None

    @property
    def example(self) -> Example | None:
        """How most of its tests begin."""
        if not _TEST_CLASS.search(self.text):
            return None
        ranking = Counter(found[1].rstrip("_ ") for found in _EXAMPLE.finditer(self.text)).most_common(2)
        if not ranking or (ranking[1:] and ranking[0][1] == ranking[1][1]):
            return None
        return {"test": "test", "it": "it", "def test": "def"}[ranking[0][0]]  # type: ignore[return-value]


@dataclass(frozen=True)
class SpecHabits:
    """The habits of the house, each with where it was seen; see `SpecStyle`.

    bare_factories: whether a record is made without naming the library: ``create(:order)``.
    """

    place: Sourced[str]
    helper: Sourced[str]
    bare: Sourced[bool]
    type: Sourced[str]
    negation: Sourced[Negation]
    instance: Sourced[str]
    bare_factories: Sourced[bool]
    doubles: Sourced[Doubles]
    base: Sourced[str]
    example: Sourced[Example]

    @property
    def style(self) -> SpecStyle:
        """The same as values for rendering."""
        return SpecStyle(
            self.place.value,
            self.helper.value,
            self.bare.value,
            self.type.value,
            self.negation.value,
            self.instance.value,
            self.doubles.value,
            self.base.value,
            self.example.value,
        )


class Specs:
    """The specs of a repo, found and read when they are asked for.

    jobs: the existing jobs. framework: what the specs are written with. mocha: whether that gem is locked.
    """

    def __init__(self, repo: Repo, jobs: Sequence[JobFile], framework: Framework, *, mocha: bool = False) -> None:
        self._repo, self._framework, self._mocha = repo, framework, mocha
        self._jobs = [job for job in jobs if not job.base]
        self._tests, self._ending = ("spec", "_spec.rb") if framework == "rspec" else ("test", "_test.rb")

    def habits(self, beside: str = "") -> SpecHabits:
        """How the specs of jobs are written.

        beside: the folder of the job whose spec is to be written; the specs of the jobs in it are asked first.
        """
        near = [one for one in self._of_jobs if one.job.rpartition("/")[0] == beside]
        voters = [(near, "specs beside it"), (self._of_jobs, "specs of jobs")]

        def most(habit: Callable[[SpecFile], V | None], usual: V, *, further: bool = False) -> Sourced[V]:
            """What clearly most do; where too few specs of jobs say anything, those of other classes are asked."""
            for specs, name in voters:
                outcome = _vote(map(habit, specs), name)
                if outcome:
                    return outcome
            silent = sum(habit(one) is not None for one in self._of_jobs) < MINIMUM_VOTES
            outcome = _vote(map(habit, self._others), "other specs") if further and silent else None
            return outcome or Sourced(usual, "default")

        usual = SpecStyle()
        helper = most(lambda one: one.helper, self._usual_helper, further=True)
        return SpecHabits(
            most(lambda one: one.place, usual.place),
            helper if helper.value or self._helped else Sourced(self._usual_helper, "default"),
            most(lambda one: one.bare, usual.bare, further=True),
            most(lambda one: one.type, usual.type),
            most(lambda one: one.negation, usual.negation, further=True),
            most(lambda one: one.instance, usual.instance),
            most(lambda one: one.bare_factories, usual=False, further=True),
            most(lambda one: one.doubles if self._mocha else None, usual.doubles, further=True),
            most(lambda one: one.base, usual.base, further=True),
            most(lambda one: one.example, usual.example, further=True),
        )

    @cached_property
    def _helped(self) -> bool:
        """Whether RSpec is told to require a helper, so that a spec need not."""
        options = (self._repo.read(".rspec") or "") if self._framework == "rspec" else ""
        return any(name.endswith("_helper") for name in _REQUIRED.findall(options))

    @property
    def _usual_helper(self) -> str:
        if self._framework == "minitest":
            return "test_helper"
        lonely = self._repo.is_file("spec/spec_helper.rb") and not self._repo.is_file("spec/rails_helper.rb")
        return "spec_helper" if lonely else "rails_helper"

    @cached_property
    def _of_jobs(self) -> tuple[SpecFile, ...]:
        step = -(-len(self._paths) // MAXIMUM_SPECS) or 1
        texts = ((path, job.path, place, self._repo.read(path)) for job, path, place in self._paths[::step])
        return tuple(SpecFile(path, job, place, text) for path, job, place, text in texts if text is not None)

    @cached_property
    def _paths(self) -> tuple[tuple[JobFile, str, str], ...]:
        """The specs of the jobs, each with its place: where they are looked for by default, else wherever they are."""
        usual = SpecStyle()
        mirrored = ((job, test_path(self._framework, job.folder, _tail(job), usual) or "") for job in self._jobs)
        found = tuple((job, path, usual.place) for job, path in mirrored if self._repo.is_file(path))
        return found if len(found) * 2 >= len(self._jobs) else tuple(self._everywhere()) or found

    def _everywhere(self) -> Iterator[tuple[JobFile, str, str]]:
        by_name: dict[str, list[str]] = {}
        for unit in self._repo.units:
            for path in self._repo.files(f"{unit}{self._tests}", self._ending):
                by_name.setdefault(path.rpartition("/")[2], []).append(path)
        for job in self._jobs:
            tail = f"/{_tail(job)}{self._ending}"
            paths = [path for path in by_name.get(tail.rpartition("/")[2], ()) if path.endswith(tail)]
            if len(paths) == 1:
                yield job, paths[0], _place(paths[0].removesuffix(tail), job)

    @cached_property
    def _others(self) -> tuple[SpecFile, ...]:
        """Specs of models and services, which say how specs begin where there are too few of jobs."""
        folders = ("models", "unit/models", "unit", "services", "lib")
        files = [path for folder in folders for path in self._repo.files(f"{self._tests}/{folder}", self._ending)]
        step = -(-len(files) // MAXIMUM_SPECS) or 1
        texts = ((path, self._repo.read_found(path)) for path in dict.fromkeys(files[::step]))
        return tuple(SpecFile(path, "", "", text) for path, text in texts if text is not None)


def _tail(job: JobFile) -> str:
    """Where a job is in its folder, without its ending: ``billing/charge_job``."""
    return job.path[len(job.folder) + 1 : -len(".rb")]


def _unit_and_folder(job: JobFile) -> tuple[str, str]:
    unit, _, folder = f"/{job.folder}".rpartition("/app/")
    return f"{unit.strip('/')}/" if unit else "", folder


def _place(folder: str, job: JobFile) -> str:
    """The folder of a spec in the words of `SpecStyle`: ``test/unit/app/jobs`` -> ``{unit}test/unit/app/{folder}``."""
    unit, own = _unit_and_folder(job)
    parts = ["{folder}" if part == own else part for part in folder.removeprefix(unit).split("/")]
    parts[0] = "{tests}" if parts[0] in {"spec", "test"} else parts[0]
    within = "/".join(parts)
    return f"{{unit}}{within}" if folder.startswith(unit) else within.replace(unit, "{unit}")


def _vote(votes: Iterable[V | None], voters: str) -> Sourced[V] | None:
    """What clearly most do; None for a close vote or a small sample. None is no vote."""
    cast = [vote for vote in votes if vote is not None]
    if len(cast) < MINIMUM_VOTES:
        return None
    winner, count = Counter(cast).most_common(1)[0]
    return Sourced(winner, "repo", f"{count} of {len(cast)} {voters}") if count >= CLEAR * len(cast) else None
