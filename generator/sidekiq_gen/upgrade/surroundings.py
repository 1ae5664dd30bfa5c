"""Ruby and the Redis server that a repo names, held against what Sidekiq needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq import needs
from sidekiq_gen.sidekiq.requirements import both_possible
from sidekiq_gen.upgrade.matter import Matter
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.sidekiq.release import Release
    from sidekiq_gen.upgrade.bundle import Bundle

_VERSION = r"[0-9]+(?:\.[0-9]+)*"
_RUBY_FILES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (".ruby-version", regex(rf"\A\s*(?:ruby-)?({_VERSION})")),
    (".tool-versions", regex(rf"^ruby\s+({_VERSION})", 8)),
    ("Dockerfile", regex(rf"^FROM\s+(?:\S*/)?ruby:({_VERSION})|^ARG RUBY_VERSION=({_VERSION})", 8)),
)
_GEMFILE_RUBY = regex(r"^ruby[\s(]+((?:[\"'][^\"']+[\"'](?:,\s*)?)+)", 8, needs="ruby")
_LOCKED_RUBY = regex(rf"^RUBY VERSION\n\s+ruby ({_VERSION})", 8, needs="RUBY VERSION")
_SERVICE = regex(rf"\bredis:({_VERSION})", needs="redis:")
_SERVICE_FOLDERS = ("", ".github/workflows", ".circleci", ".devcontainer", ".buildkite", ".semaphore")
_YAML = (".yml", ".yaml")


@dataclass(frozen=True)
class Named:
    """A version that a file names.

    text: as it is written. requirement: what it allows, as RubyGems writes it.
    """

    path: str
    line: int
    text: str
    requirement: str


def surroundings(bundle: Bundle, target: Release) -> Iterator[Matter]:
    """Yield the Ruby and the Redis servers that the target cannot run with."""
    for name, code, called, found in (
        ("ruby", "ruby-too-old", "Ruby", _rubies(bundle)),
        ("redis-server", "redis-too-old", "Redis", _servers(bundle.app.repo)),
    ):
        need = needs.need_of(target.version, name)
        if need is None:
            continue
        old = [named for named in found if not both_possible(named.requirement, need.requirement)]
        if not old:
            continue
        others = sorted({f"{named.path}:{named.line}" for named in old[1:]})
        also = f" (and in {', '.join(others)})" if others else ""
        yield Matter(
            code,
            old[0].path,
            old[0].line,
            f"{called} {old[0].text} is named here{also}; Sidekiq {target.text} needs {need.requirement}.",
            f"Move {called} first, in production as well.",
            first=True,
            source=f"sidekiq {need.source}",
        )


def _rubies(bundle: Bundle) -> list[Named]:
    repo, found = bundle.app.repo, []
    for path, pattern in _RUBY_FILES:
        text = repo.read(path) or ""
        version = pattern.search(text)
        if version:
            numbers = next(filter(None, version.groups()))
            line = text.count("\n", 0, version.start(version.lastindex or 0)) + 1
            found.append(Named(path, line, numbers, _matching(numbers)))
    text = repo.read(bundle.gemfile) or ""
    written = _GEMFILE_RUBY.search(text)
    if written:
        requirement = written[1].replace('"', "").replace("'", "").strip(", ")
        found.append(Named(bundle.gemfile, text.count("\n", 0, written.start()) + 1, requirement, requirement))
    return found


def _servers(repo: Repo) -> list[Named]:
    found = []
    for folder in _SERVICE_FOLDERS:
        for name in repo.names(folder) if not folder or repo.is_folder(folder) else ():
            if not name.endswith(_YAML):
                continue
            path = f"{folder}/{name}".lstrip("/")
            text = repo.read(path) or ""
            found += [
                Named(path, text.count("\n", 0, service.start()) + 1, service[1], _matching(service[1]))
                for service in _SERVICE.finditer(text)
            ]
    return found


def _matching(numbers: str) -> str:
    """What a tag of an image or a file of versions means: ``6`` the newest 6 there is, ``3.1.2`` just that."""
    return f"= {numbers}" if numbers.count(".") > 1 else f"~> {numbers}.0"
