"""What was measured, as text: a table of all houses, what is wrong in one, and docs/houses.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from houses.measure import Measured

FILE = Path(__file__).parents[2] / "docs" / "houses.md"
COLUMNS = (
    "place",
    "base",
    "nesting",
    "queue",
    "retry",
    "literals",
    "layout",
    "lookup",
    "reports",
    "spec place",
    "spec literals",
    "entry",
    "words",
    "doubles",
    "data",
)
HEAD = """\
# In real houses

`make houses` generates jobs in public repos and compares them with the jobs that these repos have: what would their
maintainers still change before they merge one? Nothing of the repos is kept here but what was counted.

- **m**: the generated files do as a clear majority of the house's own jobs or specs (60 % and at least 3 of those that
  show the trait, in the same namespace where that is one). **X**: some do not. **-**: the house has no such majority.
- **Offenses**: what RuboCop finds under the house's own configuration in the generated files, and in the house's own
  jobs and specs.
- **Lines**: how many distinct lines of a generated job or spec depart from the house or are an offense, on average.

"""


def details(measured: Measured) -> str:
    """What is wrong in one house, most frequent first."""
    counts: Counter[str] = Counter()
    where: dict[str, str] = {}
    for written in measured.written:
        said = [str(departure) for departure in written.departures]
        said += [f"{offense.cop}: {offense.message.splitlines()[0][:110]}" for offense in written.offenses]
        for line in said:
            counts[line] += 1
            where.setdefault(line, written.run.label)
    lines = [f"== {measured.house.name}: {_numbers(measured)}"]
    if measured.failure:
        lines.append(f"   RuboCop could not be run: {measured.failure}")
    lines += [f"   refused: {' '.join(run.arguments)}: {said}" for run, said in measured.refusals]
    lines += [f"{count:4} {text} ({where[text]})" for text, count in counts.most_common()]
    return "\n".join(lines)


def _numbers(measured: Measured) -> str:
    jobs, specs = measured.lines(spec=False), measured.lines(spec=True)
    own = f"own {len(measured.own_offenses)} in {measured.own_jobs} + {measured.own_specs} files"
    return f"{measured.offenses()} offenses ({own}), {jobs:.1f} lines per job, {specs:.1f} per spec"


def table(found: Sequence[Measured]) -> str:
    """House x convention, as Markdown."""
    head = ["house", *COLUMNS, "offenses", "own offenses", "own jobs", "lines per job", "lines per spec"]
    rows = [head, ["---"] * len(head)]
    for one in found:
        cells = [one.columns.get(column, "-") for column in COLUMNS]
        cells += [str(one.offenses()), str(len(one.own_offenses)), str(one.own_jobs)]
        cells += [f"{one.lines(spec=False):.1f}", f"{one.lines(spec=True):.1f}"]
        rows.append([f"{one.house.name}", *cells])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write(found: Sequence[Measured]) -> None:
    """Write docs/houses.md."""
    files = sum(len(one.written) for one in found)
    runs = sum(len(one.house.runs) for one in found)
    offenses = sum(one.offenses() for one in found)
    text = HEAD + f"{len(found)} repos, {runs} runs, {files} files, {offenses} offenses.\n\n{table(found)}\n"
    if accepted := [(one, column, why) for one in found for column, why in one.house.accepted.items()]:
        text += "\n## What is left, and why\n\n"
        text += "".join(f"- {one.house.name}, {column}: {why}\n" for one, column, why in accepted)
    text += "\n## The repos\n\n"
    text += "".join(f"- `{one.house.name}`: {one.house.repo}, {one.own_jobs} jobs\n" for one in found)
    FILE.write_text(text, encoding="utf-8")
