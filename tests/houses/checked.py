"""The houses as `check` sees them: facts of every file once, and what is found when one file has another text."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from houses.files import own_jobs, ruby_files
from houses.sources import read_houses
from sidekiq_gen.check.engine import context_of, judge, read_file, read_files
from sidekiq_gen.check.index import Index
from sidekiq_gen.check.rules.catalogue import RULES
from sidekiq_gen.check.source import Source
from sidekiq_gen.errors import SidekiqGenError
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.files import Repo
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.release import Release
from sidekiq_gen.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from houses.files import RubyFile
    from sidekiq_gen.check.facts import FileFacts
    from sidekiq_gen.check.index import Form
    from sidekiq_gen.check.rule import Context, Finding, Rule
    from sidekiq_gen.rails.project import Project


@dataclass(frozen=True)
class Overlay(Repo):
    """The files of a repo, some of them with another text or new, in memory alone."""

    texts: Mapping[str, str] = field(default_factory=dict)

    def data(self, path: str, limit: int = 1 << 30, *, note: bool = True) -> bytes | None:
        return self.texts[path].encode() if path in self.texts else super().data(path, limit, note=note)

    def is_file(self, path: str) -> bool:
        return path in self.texts or super().is_file(path)

    def files(
        self,
        folder: str,
        ending: str | tuple[str, ...] = ".rb",
        without: Collection[str] = (),
        pruned: Collection[str] = (),
    ) -> tuple[str, ...]:
        more = {path for path in self.texts if path.startswith(f"{folder}/") and path.endswith(ending)}
        return tuple(sorted({*super().files(folder, ending, without, pruned), *more}))


@dataclass(frozen=True)
class Checked:
    """One house that locks a Sidekiq, read once; its name, and its root."""

    name: str
    root: Path

    @cached_property
    def project(self) -> Project:
        return detect_project(Where(root=self.root), self.root)

    @cached_property
    def context(self) -> Context:
        return context_of(self.project)

    @cached_property
    def facts(self) -> dict[str, FileFacts]:
        """By path, with what the rules that are for this house's release find."""
        return {file.path: file for file in read_files(self.project.app, self._rules, self.context)}

    @cached_property
    def _bare(self) -> dict[str, FileFacts]:
        """The same without findings."""
        return {path: replace(file, findings=()) for path, file in self.facts.items()}

    @cached_property
    def findings(self) -> list[Finding]:
        """Of every rule, those that are off among them."""
        return judge(tuple(self.facts.values()), self.project.app, self._rules, self.context)

    @cached_property
    def _rules(self) -> list[Rule]:
        return [rule for rule in RULES if rule.holds(self.context)]

    @cached_property
    def _own_jobs(self) -> list[RubyFile]:
        return own_jobs(ruby_files(self.root))

    def jobs(self, forms: tuple[Form, ...]) -> list[RubyFile]:
        """The files of its jobs of these forms, which are one class each."""
        index = Index(tuple(self.facts.values()))
        return [file for file in self._own_jobs if index.form(file.class_name) in forms]

    def context_with(self, gems: Mapping[str, str]) -> Context:
        """Its context, had it these gems locked as well."""
        locked = {**self.context.gems, **gems}
        release = self.context.release.gems
        meant = Gems(
            locked["sidekiq"],
            release.source,
            unique_jobs=locked.get("sidekiq-unique-jobs"),
            throttled=locked.get("sidekiq-throttled"),
            rails=locked.get("rails"),
        )
        return replace(self.context, gems=locked, release=Release(meant))

    def with_texts(self, rule: Rule, context: Context, texts: Mapping[str, str]) -> list[Finding]:
        """What one rule finds in these files and the job of these files, had they these texts."""
        app = RailsApp(self.project.app.root, self.project.app.lockfile)
        vars(app)["repo"] = Overlay(app.root, texts=texts)
        ruby = {path: text for path, text in texts.items() if path.endswith((".rb", ".rake", ".ru"))}
        files = self._bare | {
            path: read_file(Source(path, text.encode()), [rule], context) for path, text in ruby.items()
        }
        return [one for one in judge(tuple(files.values()), app, [rule], context) if one.path in texts]


def houses(folders: list[Path], names: list[str]) -> Iterator[Checked]:
    """Yield the houses in these folders that lock a Sidekiq; those with an app in a folder of it are known by name."""
    inside = {house.name: house.at for house in read_houses()}
    for folder in folders:
        for place in sorted(folder.iterdir()):
            root = place / inside.get(place.name, ".")
            if not place.is_dir() or (names and place.name not in names):
                continue
            house = Checked(place.name, root)
            try:
                vars(house)["project"] = detect_project(Where(root=root), root)
            except SidekiqGenError:
                continue
            yield house
