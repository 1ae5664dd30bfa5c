"""Rewrites that are certain: made in memory, and held against the rules once more before anybody writes them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sidekiq_gen.check.engine import judge, read_file
from sidekiq_gen.check.parsing import parse
from sidekiq_gen.check.source import Source
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sidekiq_gen.check.facts import FileFacts
    from sidekiq_gen.check.rule import Context, Finding, Rule
    from sidekiq_gen.rails.app import RailsApp


@dataclass(frozen=True)
class Fixed:
    """What rewrites give.

    texts: the new bytes of files, by path. fixed: the findings that are gone then. kept: the paths of files that are
    left as they are, because a rewrite did not do what it should.
    """

    texts: Mapping[str, bytes]
    fixed: tuple[Finding, ...]
    kept: tuple[str, ...]


def fix(
    findings: Iterable[Finding],
    files: Sequence[FileFacts],
    app: RailsApp,
    rules: Sequence[Rule],
    context: Context,
) -> Fixed:
    """Make the rewrites of findings; of two that overlap the first one of the file.

    files: the facts of all files, of which these findings are. A file is left as it is where it would no longer be
    parsed, or where a finding would stay, or another one of the same rule would come.
    """
    tried: dict[str, tuple[bytes, list[Finding]]] = {}
    broken = []
    for path, ones in _by_path(findings).items():
        data = app.repo.data(path)
        if data is None:
            continue
        new, made = _rewritten(data, ones)
        if parse(new).has_error and not parse(data).has_error:
            broken.append(path)
        elif new != data:
            tried[path] = new, made
    again = {path: read_file(Source(path, new), rules, context) for path, (new, _) in tried.items()}
    before = Counter((one.path, one.code) for one in judge(tuple(files), app, rules, context))
    now = tuple(again.get(file.path, file) for file in files)
    after = Counter((one.path, one.code) for one in judge(now, app, rules, context))
    done: dict[str, bytes] = {}
    for path, (new, made) in tried.items():
        counts = Counter(one.code for one in made)
        if all(after[path, code] <= before[path, code] - count for code, count in counts.items()):
            done[path] = new
        else:
            broken.append(path)
    fixed = tuple(one for path in done for one in tried[path][1])
    return Fixed(done, fixed, tuple(sorted(broken)))


def _by_path(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in findings:
        if one.edits:
            found.setdefault(one.path, []).append(one)
    return found


def _rewritten(data: bytes, findings: Iterable[Finding]) -> tuple[bytes, list[Finding]]:
    """The new bytes, and the findings whose rewrites are among them: all of one, or none."""
    taken: dict[tuple[int, int], str] = {}
    made = []
    for one in findings:
        edits = {(edit.start, edit.end): edit.text for edit in one.edits}
        if all(taken.get(place) == text or not _overlaps(place, taken) for place, text in edits.items()):
            taken |= edits
            made.append(one)
    for (start, end), text in sorted(taken.items(), reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data, made


def _overlaps(place: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    start, end = place
    return any((start < other_end and other_start < end) or start == other_start for other_start, other_end in taken)
