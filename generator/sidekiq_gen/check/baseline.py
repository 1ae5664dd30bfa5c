"""What was found when `check` was adopted, and is not told again: a file that is committed with the repo.

A finding is known by its rule, its file and the text of its line (`prints`), and by how often it is there: so lines may
move, and one more of the same is told. It is the last ones of a file that are one too many.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sidekiq_gen.check.rule import Finding
    from sidekiq_gen.rails.files import Repo

FILE = ".sidekiq-gen-baseline.json"
_LARGEST = 10_000_000  # bytes
_AGAIN = "Run sidekiq-gen check --write-baseline to write it again."


@dataclass(frozen=True)
class Compared:
    """What a baseline says of findings. known: those that are in it. gone: how many in it were not found."""

    known: frozenset[Finding]
    gone: int


@dataclass(frozen=True)
class Baseline:
    """How often each finding is known, by its code, its path and its print."""

    counts: Mapping[tuple[str, str, str], int] = field(default_factory=dict)

    def compare(self, findings: Iterable[Finding], prints: Mapping[Finding, str], asked: Collection[str]) -> Compared:
        """Hold findings, in the order of paths and lines, against it; asked: the codes of the rules that were asked."""
        left = Counter({key: count for key, count in self.counts.items() if key[0] in asked})
        known = []
        for one in findings:
            key = (one.code, one.path, prints[one])
            if left[key] > 0:
                left[key] -= 1
                known.append(one)
        return Compared(frozenset(known), sum(left.values()))


def read_baseline(repo: Repo, path: str) -> Baseline | None:
    """The baseline of a repo; None where there is none.

    Raises:
        InvalidInput: it is none that was written by this command (``invalid-baseline``).
        Refused: it is there and cannot be read (``baseline-unreadable``).
    """
    data = repo.data(path, _LARGEST)
    if data is None:
        if path not in repo.unread:
            return None
        raise Refused(
            f"{path} {repo.unread[path]}.", hint="Make it readable for this user.", code="baseline-unreadable"
        )
    try:
        document = json.loads(data)
        counts = {_key(one): int(one["count"]) for one in document["findings"]} if document["schema"] == 1 else None
    except (ValueError, TypeError, KeyError, RecursionError):
        counts = None
    if counts is None:
        raise InvalidInput(f"{path} is not what check writes.", hint=_AGAIN, code="invalid-baseline")
    return Baseline(counts)


def _key(entry: dict[str, Any]) -> tuple[str, str, str]:
    return str(entry["code"]), str(entry["path"]), str(entry["print"])


def text_of(findings: Iterable[Finding], prints: Mapping[Finding, str]) -> str:
    """The file for these findings."""
    counts = Counter((one.path, one.code, prints[one]) for one in findings)
    entries = [
        {"path": path, "code": code, "print": known_by, "count": count}
        for (path, code, known_by), count in sorted(counts.items())
    ]
    lines = ",\n".join(f"    {json.dumps(entry)}" for entry in entries)
    return '{\n  "schema": 1,\n  "findings": [' + (f"\n{lines}\n  " if lines else "") + "]\n}\n"
