"""The gems of a lockfile as a value, and which Sidekiq a companion goes with."""

from __future__ import annotations

import pytest

from sidekiq_gen.sidekiq import pairing
from sidekiq_gen.sidekiq.gems import Gems, gem_version
from sidekiq_gen.sidekiq.versions import Version

TABLE = (("1.0", "6.0", "7.0"), ("2.0", "7.0", "9.0"))


def test_each_gem_has_its_own_version() -> None:
    gems = Gems("8.1.7", unique_jobs="8.1.0", throttled="2.1.0", rails="8.0.2.1")
    assert gems.version("sidekiq") == Version("8.1.7")
    assert gems.version("sidekiq-unique-jobs") == Version("8.1.0")
    assert gems.version("sidekiq-throttled") == Version("2.1.0")
    assert gems.version("rails") == Version("8.0.2.1")


def test_a_gem_that_is_not_there_has_none() -> None:
    assert Gems("8.1.7") == Gems("8.1.7", "gem", None, None, None)
    assert Gems("8.1.7").version("rails") is None


def test_the_longest_version() -> None:
    text = "1" * 100
    assert gem_version(text) == Version(text)
    with pytest.raises(ValueError, match="no version of a gem"):
        gem_version(text + "1")


@pytest.mark.parametrize(
    ("version", "sidekiq", "fits"),
    [
        ("1.0", "6.0", True),
        ("1.9", "6.5.12", True),
        ("1.9", "7.0", False),
        ("1.9", "5.9", False),
        ("2.0", "7.0", True),
        ("2.0", "6.9", False),
        ("3.0", "9.0", False),
    ],
)
def test_the_newest_row_that_is_not_too_new_counts(version: str, sidekiq: str, *, fits: bool) -> None:
    found = pairing.pairing_of(Version(version), TABLE)
    assert found is not None
    assert found.fits(Version(sidekiq)) is fits


def test_before_the_first_row_there_is_none() -> None:
    assert pairing.pairing_of(Version("0.9"), TABLE) is None


@pytest.mark.parametrize(("sidekiq", "wanted"), [("8.0", "~> 2"), ("7.9", "~> 1"), ("6.0", "~> 1"), ("5.0", "~> 1")])
def test_the_line_for_the_gemfile(sidekiq: str, wanted: str) -> None:
    line = pairing.gemfile_line("companion", Version(sidekiq), (("8.0", "~> 2"), ("6.0", "~> 1")))
    assert line == f'gem "companion", "{wanted}"'
