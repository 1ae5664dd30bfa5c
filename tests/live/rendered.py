"""Rendered jobs for the live tests: every case, for the releases of a variant, each under a class name of its own."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from sidekiq_gen.job.patterns.catalogue import PATTERNS
from support.cases import RELEASES, Case, alone, keys, pairs, rows, styles, triples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from live.roots import Variant
    from sidekiq_gen.job.patterns.base import Pattern

# The sidekiq-unique-jobs that is rendered for where none is laid over the root: the options are then only looked at.
UNIQUE_JOBS = {"6": "7.1.33", "7": "8.0.10", "8": "8.1.0"}
# What stands in for sidekiq-throttled is the same for every release of it.
THROTTLED = {"6": "0.18.0", "7": "1.5.2", "8": "2.1.0"}
TREES = {"6": "6.5", "7": "7", "8": "8"}


@dataclass(frozen=True)
class Rendered:
    """One case, rendered for a variant.

    files: path below the app -> text. patterns: the names of the patterns in it.
    """

    case: Case
    files: dict[str, str]
    patterns: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The kind of the job."""
        found = re.search(r"--kind (\S+)", self.case.arguments)
        return found[1] if found else "record"

    @property
    def job(self) -> str:
        """The path of the job class."""
        return next(path for path in self.files if path.startswith("app/"))

    def spec_of(self, job: str) -> str:
        """The path of the spec of one of its job classes."""
        tail = "/".join(PurePosixPath(job).parts[2:]).removesuffix(".rb")
        return next(path for path in self.files if path.endswith((f"/{tail}_spec.rb", f"/{tail}_test.rb")))

    @property
    def spec(self) -> str:
        """The path of its spec."""
        return next(path for path in self.files if not path.startswith("app/"))


def cases(variant: Variant) -> Iterator[Case]:
    """Every case of the variant's tree and every covering pair, for exactly its releases."""
    return _cases(variant, pairs())


def share_of_cases(variant: Variant, turn: int = 0) -> Iterator[Case]:
    """Every case of the variant's tree, and a third of the covering pairs; each tree has another, in every turn.

    For what asks whether a spec fails, or is green in another form: two values of any two patterns meet on one of the
    releases then, each value of each pattern on all of them, and `cases` has had them all green everywhere.
    """
    trees = list(TREES.values())
    own = trees.index(TREES[variant.sidekiq[0]])
    return _cases(variant, (case for number, case in enumerate(pairs(), turn) if number % len(trees) == own))


def _cases(variant: Variant, covering: Iterable[Case]) -> Iterator[Case]:
    tree = TREES[variant.sidekiq[0]]
    own = [case for case in [*alone(), *triples(), *styles()] if f"{tree}-" in case.name]
    for number, case in enumerate([*own, *covering]):
        yield target(case, variant, f"{case.job}Case{number}")


def row_cases(variant: Variant) -> Iterator[Case]:
    """Every case of the variant's tree whose kind works through rows, for exactly its releases."""
    tree = TREES[variant.sidekiq[0]]
    own = [case for case in rows() if case.name.startswith(f"{tree}-")]
    if tree == "6.5":  # the root has 6.4.1, which can end a backfill only as if it were complete
        own = [case for case in own if not case.name.endswith("backfill-discard")]
    for number, case in enumerate(own):
        one = target(case, variant, f"{case.job}Rows{number}")
        yield replace(one, arguments=one.arguments.replace("--child SettleOrder", f"--child SettleOrder{number}"))


def key_cases(variant: Variant) -> Iterator[Case]:
    """Every case of the variant's tree about a model whose primary key is no id, for exactly its releases."""
    tree = TREES[variant.sidekiq[0]]
    own = [case for case in keys() if case.name.startswith(f"key-{tree}-")]
    for number, case in enumerate(own):
        yield target(case, variant, f"SettleKeyed{number}")


def target(case: Case, variant: Variant, job: str) -> Case:
    """The case for the releases of the variant, under another name."""
    line = variant.sidekiq[0]
    repo = replace(
        case.repo,
        sidekiq=variant.sidekiq,
        rails=variant.rails,
        unique_jobs=variant.unique_jobs or UNIQUE_JOBS[line],
        gems={**case.repo.gems, "sidekiq-throttled": variant.throttled or THROTTLED[line], "rubocop-rails": "2.34.2"},
        rails_cops=True,
    )
    return replace(case, repo=repo, job=job)


def render(case: Case, folder: Path) -> Rendered:
    """Run the command for a case in a folder of its own."""
    chosen = tuple(pattern.name for pattern in PATTERNS if pattern.flags[0].option in case.arguments.split())
    return Rendered(case, case.render(folder), chosen)


def without(case: Case, pattern: str) -> Case:
    """The same command line without one pattern and its further flags."""
    flags = {flag.option: flag for flag in _named(pattern).flags}
    words, kept = case.arguments.split(), []
    while words:
        word = words.pop(0)
        if word not in flags:
            kept.append(word)
        elif flags[word].type != "switch":
            words.pop(0)
    return replace(case, arguments=" ".join(kept))


def _named(name: str) -> Pattern[Any]:
    return next(pattern for pattern in PATTERNS if pattern.name == name)


def with_work(files: dict[str, str], ruby: str) -> dict[str, str]:
    """The job classes among the files, with Ruby in the place of their TODO."""
    todo = re.compile(r"^( +)# TODO: .*$", re.MULTILINE)
    return {
        path: todo.sub(lambda found: textwrap.indent(ruby.strip("\n"), found[1]), text)
        for path, text in files.items()
        if path.startswith("app/")
    }


def first_example(text: str) -> str:
    """What the first example of a spec or test is called: that of success."""
    found = re.search(r"""^ +(?:(?:it|test) (["'])(.+?)\1|def test_(\w+))""", text, re.MULTILINE)
    assert found
    return found[2] or found[3]


def job_class(arguments: str, variant: Variant, name: str, folder: Path, adapter: str = "pg") -> Rendered:
    """One job for a scenario, rendered with RSpec and factories."""
    case = target(scenario(variant, arguments, adapter), variant, name)
    return render(case, folder / name)


def scenario(variant: Variant, arguments: str = "order:record", adapter: str = "pg") -> Case:
    """A case for the repo of the variant's tree, with RSpec and factories."""
    return Case("scenario", replace(RELEASES[TREES[variant.sidekiq[0]]], adapter=adapter), arguments)
