"""How this repo writes the specs of its jobs: the nearest decide, then all of them, then those of other classes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sidekiq_gen.memory import remembered
from sidekiq_gen.rails.house.conventions import comment_wanted, quotes_wanted
from sidekiq_gen.rails.house.spec_files import SpecFile
from sidekiq_gen.rails.house.votes import SAMPLE, clear, is_kept, spread, unanimous
from sidekiq_gen.regex import regex
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.style import SpecStyle, test_path
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.rails.house.rules import Rules
    from sidekiq_gen.rails.house.spec_files import Doubles, Example, Negation
    from sidekiq_gen.style import Quotes

V = TypeVar("V")
Framework = Literal["rspec", "minitest"]

# So many specs are read at most, evenly spread over all of them.
MAXIMUM_SPECS = 100

_REQUIRED = regex(r"(?:--require|-r)[ =]*(\S+)")


@dataclass(frozen=True)
class SpecHabits:
    """The habits of the house, each with where it was seen; see `SpecStyle`.

    bare_factories: whether a record is made without naming the library: ``create(:order)``.
    quotes, frozen_string_literal: None for those of the jobs.
    """

    place: Sourced[str]
    helper: Sourced[str]
    bare: Sourced[bool]
    type: Sourced[str]
    negation: Sourced[Negation]
    group: Sourced[str]
    instance: Sourced[str]
    inline: Sourced[bool]
    bare_factories: Sourced[bool]
    doubles: Sourced[Doubles]
    superclass: Sourced[str]
    example: Sourced[Example]
    quotes: Sourced[Quotes | None]
    frozen_string_literal: Sourced[bool | None]

    @property
    def style(self) -> SpecStyle:
        """The same as values for rendering."""
        return SpecStyle(
            self.place.value,
            self.helper.value,
            self.bare.value,
            self.type.value,
            self.negation.value,
            self.group.value,
            self.instance.value,
            self.inline.value,
            self.doubles.value,
            self.superclass.value,
            self.example.value,
            self.quotes.value,
            self.frozen_string_literal.value,
        )


class Specs:
    """The specs of a repo, found and read when they are asked for.

    jobs: the existing jobs. framework: what the specs are written with. rules: those of the linter. mocha: whether
    that gem is locked.
    """

    def __init__(
        self, repo: Repo, jobs: Sequence[JobFile], framework: Framework, rules: Rules, *, mocha: bool = False
    ) -> None:
        self._repo, self._framework, self._rules, self._mocha = repo, framework, rules, mocha
        self._jobs = [job for job in jobs if not job.base]
        self._tests, self._ending = ("spec", "_spec.rb") if framework == "rspec" else ("test", "_test.rb")

    @remembered
    def habits(self, beside: str = "") -> SpecHabits:
        """How the specs of jobs are written.

        beside: the folder of the job whose spec is to be written; the specs of the jobs in it are asked first.
        """
        near = [one for one in self._of_jobs if one.job.rpartition("/")[0] == beside]
        voters = [(near, "specs beside it"), (self._of_jobs, "specs of jobs")]

        def most(
            habit: Callable[[SpecFile], V | None], usual: V, said: Sourced[Any] | None = None, *, further: bool = False
        ) -> Sourced[V]:
            """What the linter says, where that is kept, else what clearly most do.

            Where too few specs of jobs say anything, those of other classes are asked.
            """
            votes = [(list(map(habit, specs)), name) for specs, name in voters]
            if said and is_kept(said, votes[-1][0]):
                return said
            silent = sum(one is not None for one in votes[-1][0]) < SAMPLE
            if further and silent:
                votes.append(([habit(one) for one in self._others], "other specs"))
            outcomes = (clear(*one) for one in votes)
            outcome = next(filter(None, outcomes), None) or unanimous(*votes[1])
            return outcome or Sourced(usual, "default")

        usual, path = SpecStyle(), f"{self._tests}/jobs/any_job{self._ending}"  # what stands for any spec of a job
        negation = self._rules.style("RSpec/NotToNot", path)
        quotes, (comment, _) = quotes_wanted(self._rules, path), comment_wanted(self._rules, path)
        helper = most(lambda one: one.helper, self._usual_helper, further=True)
        return SpecHabits(
            most(lambda one: one.place, usual.place),
            helper if helper.value or self._helped else Sourced(self._usual_helper, "default"),
            most(lambda one: one.bare, usual.bare, further=True),
            most(lambda one: one.type, usual.type),
            most(lambda one: one.negation, usual.negation, negation, further=True),
            most(lambda one: one.group, usual.group),
            most(lambda one: one.instance, usual.instance),
            most(lambda one: one.inline, usual.inline),
            most(lambda one: one.bare_factories, usual=False, further=True),
            most(lambda one: one.doubles if self._mocha else None, usual.doubles, further=True),
            most(lambda one: one.superclass, usual.superclass, further=True),
            most(lambda one: one.example, usual.example, further=True),
            most(lambda one: one.quotes, usual.quotes, quotes),
            most(lambda one: one.frozen_string_literal, usual.frozen_string_literal, comment),
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
        chosen = spread(self._paths, MAXIMUM_SPECS)
        texts = ((path, job.path, place, self._repo.read(path)) for job, path, place in chosen)
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
        chosen = dict.fromkeys(spread(files, MAXIMUM_SPECS))
        texts = ((path, self._repo.read(path)) for path in chosen)
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
