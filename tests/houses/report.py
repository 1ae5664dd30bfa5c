"""What was measured, as text: what is left to change in one house, and docs/houses.md, a table of all.

The numbers are kept in `measured.json`; those of a house that is not measured again stay there.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from houses.traits import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from houses.measure import Measured
    from houses.sources import House

KEPT = Path(__file__).with_name("measured.json")
PAGE = Path(__file__).parents[2] / "docs" / "houses.md"
Numbers: TypeAlias = "dict[str, Any]"
HEAD = """\
# In real houses

`make houses` generates jobs in copies of public repos and compares them with the existing jobs: what would the
maintainers still change before they merge one? In this table, a house is such a repo. Only the counts are kept here.

- **m**: the generated files match a clear majority of the house's own jobs or specs (60 % and at least 3 of those that
  show the trait; in the same namespace, if that has a majority). **X**: some do not. **-**: there is no such majority.
- **Offenses**: what RuboCop finds with the house's own configuration in the generated files, and in the house's own
  jobs and specs. Cops that at least half of these violate are not counted.
- **Lines**: the average number of distinct lines per job or spec that differ from the house or are an offense.

"""


def findings(measured: Measured) -> list[tuple[int, str]]:
    """What is left to change in one house, most frequent first, with how many files have it."""
    counts: Counter[str] = Counter()
    for written in measured.written:
        said = {str(departure) for departure in written.departures}
        said |= {f"{offense.cop}: {offense.message.splitlines()[0][:110]}" for offense in written.offenses}
        counts.update(said)
    return [(count, text) for text, count in counts.most_common()]


def details(measured: Measured) -> str:
    """What is wrong in one house."""
    jobs, specs = measured.lines(spec=False), measured.lines(spec=True)
    own = f"own {len(measured.own_offenses)} in {measured.own_jobs} + {measured.own_specs} files"
    numbers = f"{measured.offenses()} offenses ({own}), {jobs:.1f} lines per job, {specs:.1f} per spec"
    lines = [f"== {measured.house.name}: {numbers}"]
    if measured.failure:
        lines.append(f"   RuboCop could not be run: {measured.failure}")
    lines += [f"   refused: {' '.join(run.arguments)}: {said}" for run, said in measured.refusals]
    lines += [f"{count:4} {text}" for count, text in findings(measured)]
    return "\n".join(lines)


def numbers_of(measured: Measured) -> Numbers:
    """What is kept of a house."""
    return {
        "columns": measured.columns,
        "jobs": measured.own_jobs,
        "specs": measured.own_specs,
        "runs": len(measured.house.runs),
        "refused": len(measured.refusals),
        "files": len(measured.written),
        "offenses": measured.offenses(),
        "own offenses": len(measured.own_offenses),
        "lines per job": round(measured.lines(spec=False), 1),
        "lines per spec": round(measured.lines(spec=True), 1),
        "left": [f"{count} file{'s' * (count > 1)}: {text}" for count, text in findings(measured)],
    }


def table(houses: dict[str, Numbers]) -> str:
    """House x convention, as Markdown."""
    numbers = ("offenses", "own offenses", "jobs", "lines per job", "lines per spec")
    rows = [["house", *COLUMNS, *(f"own {name}" if name == "jobs" else name for name in numbers)]]
    rows.append(["---"] * len(rows[0]))
    for name, one in houses.items():
        rows.append([name, *(one["columns"].get(column, "-") for column in COLUMNS), *(str(one[n]) for n in numbers)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def keep(found: Sequence[Measured], houses: Sequence[House]) -> None:
    """Bring `measured.json` and docs/houses.md up to date; houses: all, in the order of the page."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept |= {one.house.name: numbers_of(one) for one in found}
    kept = {house.name: kept[house.name] for house in houses if house.name in kept}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(kept, houses), encoding="utf-8")


def page(kept: dict[str, Numbers], houses: Sequence[House]) -> str:
    """The text of docs/houses.md."""
    counted = ("runs", "refused", "files", "offenses")
    total = {name: sum(one[name] for one in kept.values()) for name in counted}
    text = f"{len(kept)} repos, {total['runs']} runs, {total['refused']} of them refused, {total['files']} files, "
    text += f"{total['offenses']} offenses.\n\n{table(kept)}\n"
    if left := list(_left(kept)):
        text += "\n## Remaining differences\n\n" + "".join(f"- {line}\n" for line in left)
    if reasons := [(house, *one) for house in houses if house.name in kept for one in house.accepted.items()]:
        text += "\n## Accepted differences\n\n"
        text += "".join(f"- {house.name}, {column}: {why}\n" for house, column, why in reasons)
    text += "\n## The repos\n\n"
    text += "".join(f"- {house.name}: {house.repo}\n" for house in houses if house.name in kept)
    return HEAD + text


def _left(kept: dict[str, Numbers]) -> Iterator[str]:
    for name, one in kept.items():
        yield from (f"{name}, {line}" for line in one["left"])
