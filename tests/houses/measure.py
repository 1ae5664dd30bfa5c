"""One house: generate the jobs in a copy of it, and count what a maintainer would have to change."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from houses.files import RubyFile, own_jobs, own_specs, ruby_files
from houses.majority import departures, has_majority
from houses.traits import OF_JOBS, OF_SPECS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from houses.majority import Departure
    from houses.offenses import Linter
    from houses.sources import House, Run
    from live.rubocop import Offense

LEFT_OUT = ("node_modules", ".git", "public", "log", "tmp")


@dataclass(frozen=True)
class Written:
    """One file of one run, with where it departs from the house and what RuboCop says."""

    run: Run
    file: RubyFile
    is_spec: bool
    departures: tuple[Departure, ...]
    offenses: tuple[Offense, ...]

    @property
    def lines(self) -> frozenset[int]:
        """The lines that have to be changed."""
        departing = (line for departure in self.departures for line in departure.lines)
        return frozenset([*departing, *(offense.line for offense in self.offenses)])


@dataclass(frozen=True)
class Measured:
    """What was found in a house. refusals: run -> what was said; own_offenses: in the house's own jobs and specs."""

    house: House
    own_jobs: int
    own_specs: int
    own_offenses: tuple[Offense, ...]
    written: tuple[Written, ...]
    refusals: tuple[tuple[Run, str], ...]
    columns: dict[str, str] = field(default_factory=dict)
    failure: str = ""

    def lines(self, *, spec: bool) -> float:
        """How many lines have to be changed in a job or a spec, on the average."""
        counts = [len(written.lines) for written in self.written if written.is_spec is spec]
        return sum(counts) / len(counts) if counts else 0.0

    def open_lines(self) -> int:
        """How many lines have to be changed for something that is not accepted; columns of offenses are `offenses`."""
        accepted = self.house.accepted
        apart = [each for one in self.written for each in one.departures if each.trait.column not in accepted]
        said = [] if "offenses" in accepted else [offense for one in self.written for offense in one.offenses]
        return sum(len(each.lines) for each in apart) + len(said)

    def offenses(self) -> int:
        """How many offenses the generated files have."""
        return sum(len(written.offenses) for written in self.written)


def measure(house: House, source: Path, copy: Path, linter: Linter | None) -> Measured:
    """Generate all its jobs in `copy`, a folder that does not exist yet, and look at them."""
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    files = ruby_files(copy)
    jobs = own_jobs(files)
    specs = own_specs(files, jobs)
    made: list[tuple[Run, RubyFile]] = []
    refusals: list[tuple[Run, str]] = []
    for run in house.runs:
        texts, refusal = generate(copy, run)
        made += [(run, file) for file in texts]
        refusals += [(run, refusal)] if refusal else []
    for _, file in made:
        (copy / file.path).parent.mkdir(parents=True, exist_ok=True)
        (copy / file.path).write_text(file.text, encoding="utf-8")
    offenses: list[Offense] = []
    failure = ""
    if linter:
        try:
            offenses = linter.offenses(copy, [file.path for file in [*jobs, *specs, *(file for _, file in made)]])
        except RuntimeError as error:
            failure = str(error)
    return _compare(house, jobs, specs, made, tuple(refusals), offenses, failure)


def _given_up(offenses: Sequence[Offense], own: Sequence[RubyFile]) -> set[str]:
    """The cops that at least half of the house's own jobs, or specs, offend: it does not keep them."""
    paths = {file.path for file in own}
    where = {(offense.cop, offense.path) for offense in offenses if offense.path in paths}
    counts = Counter(cop for cop, _ in where)
    return {cop for cop, count in counts.items() if 2 * count >= len(own)}


def generate(root: Path, run: Run) -> tuple[list[RubyFile], str]:
    """The files that a run writes, taken away again, so that no run sees another's; or why it was refused."""
    argv = [sys.executable, "-m", "sidekiq_gen", "job", *run.arguments, "--no-input", "--json", "--root", str(root)]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", check=False)
    document = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    if done.returncode:
        error = document.get("error", {})
        return [], error.get("message") or done.stderr.strip()[-500:]
    paths = [file["path"] for file in document["files"] if file["status"] == "create"]
    texts = [RubyFile(path, (root / path).read_text(encoding="utf-8")) for path in paths]
    for path in paths:
        (root / path).unlink()
    return texts, ""


def _compare(
    house: House,
    jobs: Sequence[RubyFile],
    specs: Sequence[RubyFile],
    made: Sequence[tuple[Run, RubyFile]],
    refusals: tuple[tuple[Run, str], ...],
    offenses: Sequence[Offense],
    failure: str,
) -> Measured:
    """Put together what was seen."""
    generated = {file.path for _, file in made}
    of_house = tuple(offense for offense in offenses if offense.path not in generated)
    overruled = frozenset(offense.cop for offense in of_house)
    written = []
    for run, file in made:
        is_spec = file.stem.endswith(("_spec", "_test"))
        own, traits = (specs, OF_SPECS) if is_spec else (jobs, OF_JOBS)
        apart = tuple(departures(file, own, traits, overruled))
        given_up = _given_up(of_house, own)
        said = tuple(one for one in offenses if one.path == file.path and one.cop not in given_up)
        written.append(Written(run, file, is_spec, apart, said))
    wrong = {departure.trait.column for one in written for departure in one.departures}
    columns: dict[str, str] = {}
    for own, traits in ((jobs, OF_JOBS), (specs, OF_SPECS)):
        for trait in traits:
            mark = "X" if trait.column in wrong else "m" if has_majority(own, trait) else "-"
            columns[trait.column] = max(mark, columns.get(trait.column, "-"), key="-mX".index)
    return Measured(house, len(jobs), len(specs), of_house, tuple(written), refusals, columns, failure)
