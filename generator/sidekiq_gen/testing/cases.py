"""What a check renders: every shape, every pattern alone, what a pack brings with each kind, and covering pairs."""

from __future__ import annotations

from functools import cached_property
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME, KINDS
from sidekiq_gen.testing.levels import levels, shapes
from sidekiq_gen.testing.pairs import Factors
from sidekiq_gen.testing.places import Place, capabilities_in, gates, locked, places
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.sidekiq.gems import Gems
    from sidekiq_gen.testing.levels import Level, Levels, Said

HOUSE = "house"


@dataclass(frozen=True)
class Case:
    """One job in one place.

    group: what it shows: a kind, a pattern, ``house`` for what a pack says of every job, or ``pairs``.
    said: the answers, by parameter.
    shown: whether a snapshot shows it; of the others it only counts that they can be rendered, and are Ruby.
    """

    place: Place
    group: str
    name: str
    said: Level
    shown: bool = True

    @property
    def title(self) -> str:
        """Place and name: ``7-rspec advisory-lock-session``."""
        return f"{self.place.name} {self.name}"


@dataclass(frozen=True)
class Subject:
    """What a check is about.

    patterns: all there are. own: the names of those that a pack has declared. attributes: what it says of every job.
    sources: the texts of the templates that are not built in. needed: the capabilities that its patterns need.
    gems: those that its patterns need, which every repo has.
    """

    patterns: tuple[Pattern[Any], ...]
    own: frozenset[str] = frozenset()
    attributes: tuple[Said, ...] = ()
    sources: tuple[str, ...] = ()
    needed: frozenset[str] = frozenset()
    gems: frozenset[str] = frozenset()

    @cached_property
    def shapes(self) -> Levels:
        """The kinds, with what a job has to say of the house."""
        return {name: asked | self.required for name, asked in shapes(KINDS).items()}

    @cached_property
    def levels(self) -> Mapping[str, Levels]:
        """The ways to have each pattern, by its name."""
        return {pattern.name: levels(pattern) for pattern in self.patterns}

    @cached_property
    def required(self) -> Level:
        """What is said of the house in every case: the first value of each attribute that has to be there."""
        return _joined(*(next(iter(one.levels.values())) for one in self.attributes if one.required))

    def shape_for(self, pattern: Pattern[Any]) -> str:
        """The name of the shape that a pattern is shown over: its record, else the first that it can be laid over."""
        return next(kind.name for kind in KINDS if kind.name in pattern.kinds)


def alone(subject: Subject, where: Place) -> Iterator[Case]:
    """Every shape, every way to have each pattern, a pack's own patterns with each kind, each value of the house."""
    for name, asked in subject.shapes.items():
        yield Case(where, str(asked["kind"]), name, asked)
    for pattern in subject.patterns:
        over = subject.shape_for(pattern)
        for name, level in subject.levels[pattern.name].items():
            yield Case(where, pattern.name, name, subject.shapes[over] | level)
        if pattern.name in subject.own:
            yield from _with_each_shape(subject, where, pattern, over)
    record = subject.shapes["record"]
    for attribute in subject.attributes:
        for name, level in attribute.levels.items():
            yield Case(where, HOUSE, name, record | level)


def _with_each_shape(subject: Subject, where: Place, pattern: Pattern[Any], but: str) -> Iterator[Case]:
    name, level = next(iter(subject.levels[pattern.name].items()))
    for shape, asked in subject.shapes.items():
        if shape != but and KIND_BY_NAME[asked["kind"]].name in pattern.kinds:
            yield Case(where, pattern.name, f"{name}-{shape}", asked | level)


def at_gates(subject: Subject) -> Iterator[Case]:
    """What a pack brings, on both sides of each gate that its templates ask about, or its patterns need."""
    for where in gates(capabilities_in(subject.sources) | subject.needed):
        yield Case(where, "record", "record", subject.shapes["record"])
        for pattern in subject.patterns:
            if pattern.name in subject.own:
                over = subject.shapes[subject.shape_for(pattern)]
                for name, level in subject.levels[pattern.name].items():
                    yield Case(where, pattern.name, name, over | level)


def at_the_locked(subject: Subject, gems: Gems) -> Iterator[Case]:
    """The same as alone, for the releases of a lockfile; no snapshot shows them."""
    for where in locked(gems):
        for case in alone(subject, where):
            yield Case(where, case.group, case.name, case.said, shown=False)


def pairs(subject: Subject, can_meet: Callable[[Place, Level], bool]) -> Iterator[Case]:
    """Covering pairs: any two values of patterns, shapes, attributes and places that can meet do so in some case.

    can_meet: whether a job of these answers can be had there.
    """
    named = {place.name: place for place in places()}
    some = next(iter(named.values()))
    factors: dict[str, Mapping[str, Level]] = {
        "place": {name: {} for name in named},
        "shape": subject.shapes,
        **{one.flag.option: one.levels if one.required else {"none": {}, **one.levels} for one in subject.attributes},
        **{name: {"none": {}, **ways} for name, ways in subject.levels.items()},
    }
    refused = _refused(factors, lambda said: can_meet(some, said))

    def allowed(row: Mapping[str, str]) -> bool:
        return not any((one, other) in refused for one in row.items() for other in row.items())

    absent = {name: "none" for name, ways in factors.items() if "none" in ways}
    covering = Factors({name: tuple(values) for name, values in factors.items()}, absent, allowed)
    for name, row in covering.additions({}).items():
        place, shape = named[row.pop("place")], subject.shapes[row.pop("shape")]
        given = [factors[factor][value] for factor, value in row.items()]
        rows = [given] if can_meet(place, _joined(shape, *given)) else [list(two) for two in combinations(given, 2)]
        for number, levels_of_it in enumerate(rows):
            part = f"{name}.{number}" if number else name
            yield Case(place, "pairs", part, _joined(shape, *levels_of_it), shown=False)


def _joined(*parts: Level) -> Level:
    return {parameter: value for part in parts for parameter, value in part.items()}


def _refused(
    factors: Mapping[str, Mapping[str, Level]], can_meet: Callable[[Level], bool]
) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    """Every two values that cannot be had together, over the first shape that has both, in either order."""
    found = set()
    values = [
        (factor, name, level)
        for factor, named in factors.items()
        if factor not in {"place", "shape"}
        for name, level in named.items()
        if level
    ]
    shaped = factors["shape"]
    fits = {
        (factor, name): [shape for shape, asked in shaped.items() if can_meet(asked | level)]
        for factor, name, level in values
    }
    for factor, name, _ in values:
        for shape in shaped.keys() - fits[factor, name]:
            found.add(((factor, name), ("shape", shape)))
    for index, (factor, name, level) in enumerate(values):
        for other, other_name, other_level in values[index + 1 :]:
            if other != factor:
                both = [shape for shape in fits[factor, name] if shape in fits[other, other_name]]
                if not both or not can_meet(shaped[both[0]] | level | other_level):
                    found.add(((factor, name), (other, other_name)))
    return found | {(other, one) for one, other in found}


def all_cases(subject: Subject) -> list[Case]:
    """Those that are no pairs: alone in each place, then at the gates."""
    return list(chain(*(alone(subject, place) for place in places()), at_gates(subject)))


def by_group(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """The cases that a snapshot shows, by what they show."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        if case.shown:
            found.setdefault(case.group, []).append(case)
    return found
