"""The versions in the tables against what git tags show: tests/facts/seen.json, which `make facts` writes."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from facts.__main__ import main
from facts.evidence import Shown, evidence
from facts.repository import FLOORS, Repository
from facts.seen import NotShownError, Seen, look
from sidekiq_gen.sidekiq import throttled, unique_jobs
from sidekiq_gen.sidekiq.capabilities import TABLE, Capability
from sidekiq_gen.sidekiq.gems import gem_version
from sidekiq_gen.sidekiq.pairing import pairings
from sidekiq_gen.sidekiq.tables.rails import IMPOSSIBLE_PAIRS
from sidekiq_gen.sidekiq.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

    from facts.seen import Sight
    from sidekiq_gen.sidekiq.pairing import Pairing

SEEN = Seen.read()

every_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


@every_row
def test_the_source_of_a_row_was_seen(row: Capability) -> None:
    assert row.source in [f"{row.gem} {sight.where}" for sight in SEEN.sights[row.name]]


@every_row
def test_a_row_holds_on_one_side_of_each_gate_that_was_seen(row: Capability) -> None:
    for sight in SEEN.sights[row.name]:
        assert row.holds_for(gem_version(sight.at)) is sight.holds
        assert row.holds_for(gem_version(sight.before)) is not sight.holds


@every_row
def test_every_gate_of_a_row_was_seen(row: Capability) -> None:
    gates = sorted(Version(part.version) for versions in row.versions for part in SpecifierSet(versions))
    assert gates == sorted(Version(gem_version(sight.at).base_version) for sight in SEEN.sights[row.name])


@every_row
def test_a_row_says_of_every_release_what_was_seen(row: Capability) -> None:
    gates = {sight.at: sight.holds for sight in SEEN.sights[row.name]}
    holds = not SEEN.sights[row.name][0].holds
    for release in SEEN.releases[row.gem]:
        holds = gates.pop(release, holds)
        assert row.holds_for(gem_version(release)) is holds, release
    assert not gates


def test_the_record_is_of_all_the_evidence_and_of_nothing_else() -> None:
    told = {name: lines for name, _, lines in evidence()}
    assert list(SEEN.sights) == list(told)
    for name, lines in told.items():
        found = SEEN.sights[name]
        assert [(sight.where, sight.why) for sight in found] == [(shown.where, shown.why) for shown in lines]
        assert [(sight.edge == "came") != sight.holds for sight in found] == [shown.against for shown in lines]
    assert list(SEEN.releases) == list(FLOORS)


def test_a_line_that_stood_elsewhere_before_is_explained() -> None:
    assert [sight.where for found in SEEN.sights.values() for sight in found if sight.elsewhere and not sight.why] == []


def test_neighbours_are_neighbours() -> None:
    for name, gem, _ in evidence():
        releases = SEEN.releases[gem]
        for sight in SEEN.sights[name]:
            assert releases.index(sight.at) == releases.index(sight.before) + 1
            assert sight.where.startswith(f"v{sight.at if sight.edge == 'came' else sight.before} ")


def bounds(sight: Sight) -> dict[str, Version]:
    """The versions that a line of a gemspec asks for, by operator."""
    return {operator: Version(version) for operator, version in re.findall(r'"(>=|<) ?([0-9.]+)"', sight.line)}


def test_the_pairings_of_unique_jobs_are_those_of_its_gemspecs() -> None:
    seen = SEEN.sights["pairing of sidekiq-unique-jobs"]
    assert [pairing.since for pairing in pairings(unique_jobs.PAIRINGS)] == [gem_version(sight.at) for sight in seen]
    assert [{">=": known.low, "<": known.high} for known in pairings(unique_jobs.PAIRINGS)] == [
        bounds(sight) for sight in seen
    ]


def test_the_pairings_of_throttled_are_those_of_its_gemspecs() -> None:
    readme, *gemspecs = SEEN.sights["pairing of sidekiq-throttled"]
    first, *others = pairings(throttled.PAIRINGS)
    assert (first.since, readme.line) == (Version(readme.at), "* Sidekiq 6.5.x")
    assert [known.since for known in others] == [Version(sight.at) for sight in gemspecs]
    assert [known.low for known in others] == [bounds(sight)[">="] for sight in gemspecs]
    (sight,) = SEEN.sights["end of Sidekiq 6.5 in sidekiq-throttled"]

    def tested(version: str) -> Pairing:
        return next(known for known in reversed(pairings(throttled.TESTED)) if known.since <= Version(version))

    assert tested(sight.before).fits(Version("6.5.12"))
    assert not tested(sight.at).fits(Version("6.5.12"))


def test_the_pairs_that_cannot_be_bundled_follow_from_what_the_gemspecs_ask_of_rack() -> None:
    sidekiq, rails = SEEN.sights["rack of sidekiq"], SEEN.sights["rack of rails"]
    assert [pair.sidekiq for pair in IMPOSSIBLE_PAIRS] == [f">={sight.at}" for sight in sidekiq]
    assert [bounds(sight)[">="] for sight in sidekiq] == [Version("3.1.0"), Version("3.2.0")]
    two, three, four = rails
    assert [pair.rails for pair in IMPOSSIBLE_PAIRS] == [f"<{two.at}", f">={three.at},<{four.at}"]
    assert '"~> 2.0"' in two.instead
    assert [bounds(sight).get("<") for sight in rails] == [None, Version("3.2"), Version("3.3")]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A gem that learns ``new``, forgets ``old``, and is tagged 0.9.0, 1.0.0.beta1, 1.0.0, 1.1.0 and 2.0.0.rc1."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=Anyone", "-c", "user.email=anyone@gems.example", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", tmp_path, *identity, *arguments], check=True, capture_output=True)

    (tmp_path / "lib").mkdir()
    git("init")
    texts = {
        "0.9.0": "def early\n",
        "1.0.0.beta1": "def old\n",
        "1.0.0": "def old\n",
        "1.1.0": "def old\n  def new(a)\nend\n",
        "2.0.0.rc1": "def new(a)\nend\n",
    }
    for version, text in texts.items():
        (tmp_path / "lib" / "gem.rb").write_text(text)
        (tmp_path / "lib" / "other.rb").write_text("def new(a)\n" if version == "1.0.0" else f"# {version}\n")
        git("add", ".")
        git("commit", "--message", version)
        git("tag", f"v{version}")
    git("tag", "not-a-version")
    return Repository(tmp_path / ".git", "1.0.0.alpha1")


def test_releases_are_tags_from_the_floor_on_and_prereleases_while_there_is_nothing_better(
    repository: Repository,
) -> None:
    assert repository.releases == ("1.0.0", "1.1.0", "2.0.0.rc1")


def test_a_line_that_came(repository: Repository) -> None:
    sight = look(Shown("v1.1.0 lib/gem.rb:2", why="other.rb had it"), repository)
    assert (sight.line, sight.before, sight.at) == ("def new(a)", "1.0.0", "1.1.0")
    assert (sight.edge, sight.holds, sight.elsewhere) == ("came", True, ("lib/other.rb:1",))


def test_a_line_that_went(repository: Repository) -> None:
    sight = look(Shown("v1.1.0 lib/gem.rb:1", against=True), repository)
    assert (sight.line, sight.before, sight.at) == ("def old", "1.1.0", "2.0.0.rc1")
    assert (sight.edge, sight.holds) == ("went", True)


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("v1.2.0 lib/gem.rb:1", "there is no tag v1.2.0"),
        ("v1.1.0 lib/none.rb:1", "there is no such line"),
        ("v1.1.0 lib/gem.rb:9", "there is no such line"),
        ("v1.0.0 lib/gem.rb:1", "0 are without 'def old'"),
        ("v1.1.0 lib/other.rb:1", "2 are without '# 1.1.0'"),
    ],
)
def test_a_line_that_shows_nothing(repository: Repository, where: str, why: str) -> None:
    with pytest.raises(NotShownError, match=re.escape(why)):
        look(Shown(where), repository)


def test_without_repositories_it_says_which_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("0 of ")
    assert [line for line in told.err.splitlines() if "sidekiq-unique-jobs=DIR" in line]
    assert Seen.read() == SEEN


def test_the_record_survives_being_written(tmp_path: Path) -> None:
    SEEN.write(tmp_path / "seen.json")
    assert Seen.read(tmp_path / "seen.json") == SEEN
