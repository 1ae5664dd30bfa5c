from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet

from sidekiq_gen.ruby import trackers
from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.sidekiq.tables import rails
from sidekiq_gen.sidekiq.versions import Version

RANGES = sorted(
    {versions for row in TABLE for versions in row.versions}
    | {text for pair in rails.IMPOSSIBLE_PAIRS for text in (pair.sidekiq, pair.rails)}
    | {trackers._RAILS_MARKS_CAUSES, ">=7", "<7.0", ">=7.0.0b2,<7.0.0rc1", "!=7.0", ">= 6.5, < 7"}  # noqa: SLF001
)
GATES = {part.version for text in RANGES for part in SpecifierSet(text)}
BASES = sorted({Version(gate).base_version for gate in GATES})
VERSIONS = [Version(base + end) for base in BASES for end in ("", ".0", ".1", "a1", "rc1")] + list(map(Version, GATES))


@pytest.mark.parametrize("text", RANGES)
def test_a_range_holds_what_packaging_says_that_it_holds(text: str) -> None:
    known = SpecifierSet(text)
    answers = {str(version): holds(text, version) for version in VERSIONS}
    assert answers == {str(version): known.contains(str(version), prereleases=True) for version in VERSIONS}
    assert set(answers.values()) == {True, False}


@pytest.mark.parametrize("text", ["", "~>7.0", "==7", "7", ">=x", ">=7,", "<=7"])
def test_what_is_no_range_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"range|version"):
        holds(text, Version("7"))
