"""``check --against REF``: what is not safe while the code of a revision and that of the working tree both run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sidekiq_gen.check.engine import context_of, read_file, read_files
from sidekiq_gen.check.files import ruby_files
from sidekiq_gen.check.ignores import Ignored
from sidekiq_gen.check.index import Index
from sidekiq_gen.check.source import Source
from sidekiq_gen.deploys import git
from sidekiq_gen.deploys.past import PastApp, PastRepo
from sidekiq_gen.deploys.rule import Change, Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sidekiq_gen.check.facts import FileFacts
    from sidekiq_gen.check.rule import Context, Finding
    from sidekiq_gen.deploys.rule import ChangeRule
    from sidekiq_gen.rails.project import Project

_SHA1 = 40  # hexadecimal digits


def compare(project: Project, ref: str, rules: Sequence[ChangeRule]) -> list[Finding]:
    """What these rules find between a revision and the working tree, in the order of paths and lines.

    What a comment ignores on the line of a finding is left out.

    Raises:
        InvalidInput, Refused: the revision cannot be read, as `git.opened` says.
    """
    context = context_of(project)
    now = tuple(read_files(project.app, (), context))
    with git.opened(project.app.root, ref) as tree:
        past = PastApp(project.app.root, project.app.lockfile, past=PastRepo(project.app.root, tree))
        same = {file.path: file for file in now}
        before = Side(past, Index(tuple(_past_files(past, project, same, context))))
        change = Change(before, Side(project.app, Index(now)), ref)
        found = {one for rule in rules if rule.holds(context) for one in rule.compare(change, context)}
    ignored = Ignored(now)
    told = [one for one in found if not ignored.take(one)]
    return sorted(told, key=lambda one: (one.path, one.line, one.column, one.code, one.message))


def _past_files(past: PastApp, project: Project, now: Mapping[str, FileFacts], context: Context) -> Iterator[FileFacts]:
    """Yield what the files of the revision say; one that is unchanged is not read again."""
    for path in ruby_files(past.repo):
        if _unchanged(past, project, path):
            if path in now:
                yield now[path]
            continue
        data = past.repo.data(path)
        if data is not None:
            yield read_file(Source(path, data), (), context)


def _unchanged(past: PastApp, project: Project, path: str) -> bool:
    """Whether a file has the content that git knows under the same name."""
    if past.past is None:
        return False
    blob, data = past.past.tree.blobs[path], project.app.repo.data(path)
    if data is None or len(data) != blob.size:
        return False
    digest = hashlib.sha1 if len(blob.name) == _SHA1 else hashlib.sha256
    return digest(b"blob %d\0%s" % (len(data), data)).hexdigest() == blob.name
