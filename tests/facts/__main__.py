"""``make facts FACTS="--repo sidekiq=DIR ..."``: look at the tags, say what is not shown, write ``seen.json``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from facts.evidence import evidence
from facts.repository import FLOORS, Repository
from facts.seen import FILE, NotShownError, Seen, Sight, look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facts.evidence import Shown


def main(arguments: Sequence[str]) -> int:
    """Look at the repositories that are given; 0 when all of them are, and every line shows its gate.

    What was seen in those that are not given stays in the record.
    """
    parser = argparse.ArgumentParser(prog="make facts", description=__doc__)
    parser.add_argument("--repo", action="append", default=[], metavar="GEM=DIR", help="a git directory of a gem")
    given = dict(pair.partition("=")[::2] for pair in parser.parse_args(arguments).repo)
    if unknown := sorted(given.keys() - FLOORS.keys()):
        parser.error(f"no gem of the tables: {', '.join(unknown)}; there are {', '.join(FLOORS)}")
    repositories = {gem: Repository(Path(folder), FLOORS[gem]) for gem, folder in given.items()}
    wrong = [f"not looked at, give --repo {gem}=DIR" for gem in FLOORS if gem not in repositories]
    if repositories:
        wrong = [*_look_at(repositories), *wrong]
    looked = sum(gem in repositories for _, gem, _ in evidence())
    print(f"{looked} of {len(tuple(evidence()))} looked at, {len(wrong)} to see to")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def _look_at(repositories: dict[str, Repository]) -> list[str]:
    """Bring the record up to date; what is wrong, a line each."""
    old = Seen.read() if FILE.exists() else Seen({}, {})
    releases = old.releases | {gem: repository.releases for gem, repository in repositories.items()}
    sights, wrong = {}, []
    for name, gem, lines in evidence():
        if gem not in repositories:
            sights[name] = old.sights.get(name, ())
            continue
        found = [_look(shown, repositories[gem]) for shown in lines]
        sights[name] = tuple(sight for sight in found if isinstance(sight, Sight))
        wrong += [f"{name}: {gem} {error}" for error in found if isinstance(error, str)]
    Seen({gem: releases[gem] for gem in FLOORS if gem in releases}, sights).write()
    return wrong


def _look(shown: Shown, repository: Repository) -> Sight | str:
    try:
        return look(shown, repository)
    except NotShownError as error:
        return f"{shown.where}: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
