"""What was seen at the tags: found, kept in ``seen.json``, and read again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facts.evidence import Edge, Shown
    from facts.repository import Repository

FILE = Path(__file__).with_name("seen.json")

# From this ratio of difflib on, two lines are alike.
_LIKE = 0.7


class NotShownError(Exception):
    """The line does not show what it should; the message says why."""


@dataclass(frozen=True)
class Sight:
    """One gate, as the tags show it. Both versions are neighbours among the releases that have a tag.

    where: tag, file and line.
    line: the text of that line, without the spaces around.
    before, at: the last release on one side of the gate and the first on the other.
    edge: whether the line came with `at` or was there in `before` for the last time.
    holds: whether from `at` on it can be done; it is the other way round in `before`.
    instead: the line on the other side of the gate that is most like it; empty when none is.
    elsewhere: where the same line stands in `before` all the same, below a ``lib``.
    why: what a reader has to know about it.
    """

    where: str
    line: str
    before: str
    at: str
    edge: Edge
    holds: bool
    instead: str = ""
    elsewhere: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Seen:
    """Everything that was seen.

    releases: by gem, the versions that have a tag, the oldest first.
    sights: by what is shown, the gates it has.
    """

    releases: dict[str, tuple[str, ...]]
    sights: dict[str, tuple[Sight, ...]]

    @classmethod
    def read(cls, file: Path = FILE) -> Seen:
        """Read the record."""
        document = json.loads(file.read_text(encoding="utf-8"))
        releases = {gem: tuple(versions) for gem, versions in document["releases"].items()}
        return cls(releases, {name: tuple(map(_sight, found)) for name, found in document["sights"].items()})

    def write(self, file: Path = FILE) -> None:
        """Write the record, the releases of a gem on one line."""
        releases = ",\n".join(f"    {json.dumps(gem)}: {json.dumps(found)}" for gem, found in self.releases.items())
        sights = {name: [_document(sight) for sight in found] for name, found in self.sights.items()}
        told = json.dumps(sights, indent=2, ensure_ascii=False).replace("\n", "\n  ")
        file.write_text(f'{{\n  "releases": {{\n{releases}\n  }},\n  "sights": {told}\n}}\n', encoding="utf-8")


def look(shown: Shown, repository: Repository) -> Sight:
    """Look at one line and at the releases around it.

    Raises:
        NotShownError: there is no such tag, file or line, or the line came and went at other releases than said.
    """
    tag, _, place = shown.where.partition(" ")
    path, _, number = place.rpartition(":")
    release, releases = tag.removeprefix("v"), repository.releases
    if release not in releases:
        raise NotShownError(f"there is no tag {tag}")
    lines = repository.lines(release, path)
    if int(number) > len(lines) or not lines[int(number) - 1]:
        raise NotShownError("there is no such line")
    line, index = lines[int(number) - 1], releases.index(release)
    earlier, later = releases[index - 1 : index] or [""], releases[index + 1 : index + 2] or [""]
    edges: dict[Edge, tuple[str, str]] = {"came": (earlier[0], release), "went": (release, later[0])}
    neighbours: dict[Edge, str] = {"came": earlier[0], "went": later[0]}
    possible = [edge for edge, other in neighbours.items() if other and line not in repository.lines(other, path)]
    if shown.edge:
        possible = [edge for edge in possible if edge == shown.edge]
    if len(possible) != 1:
        raise NotShownError(f"of the releases around {release}, {len(possible)} are without {line!r}: 1 should be")
    (edge,) = possible
    before, at = edges[edge]
    elsewhere = repository.places(before, line) if edge == "came" and "lib/" in path else ()
    instead = get_close_matches(line, repository.lines(neighbours[edge], path), n=1, cutoff=_LIKE)
    holds = (edge == "came") != shown.against
    return Sight(shown.where, line, before, at, edge, holds, "".join(instead), elsewhere, shown.why)


def _document(sight: Sight) -> dict[str, object]:
    return {key: value for key, value in asdict(sight).items() if value not in ((), "")}


def _sight(document: dict[str, object]) -> Sight:
    elsewhere = document.pop("elsewhere", [])
    return Sight(elsewhere=tuple(elsewhere), **document)  # type: ignore[arg-type] # as it was written
