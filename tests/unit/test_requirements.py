"""RubyGems' requirements, and who has them in a lock file."""

from __future__ import annotations

import pytest

from sidekiq_gen.rails.requirements import Asked, asked_of
from sidekiq_gen.sidekiq import needs
from sidekiq_gen.sidekiq.companions import COMPANIONS
from sidekiq_gen.sidekiq.requirements import allows, both_possible
from sidekiq_gen.sidekiq.versions import Version

LOCK = """GIT
  remote: https://git.example/own
  specs:
    own (1.0)
      sidekiq (>= 6)

GEM
  remote: https://gems.example/
  specs:
    rack (2.2.8)
    sidekiq (6.5.12)
      rack (~> 2.0)
    sidekiq-cron (1.6.0-java)
      fugit (~> 1)
      sidekiq (>= 4.2.1)
    sidekiq-cron (1.6.0)
      fugit (~> 1)
      sidekiq (>= 4.2.1)

DEPENDENCIES
  own!
  rack
  sidekiq (~> 6.5, >= 6.5.12)
"""


@pytest.mark.parametrize(
    ("requirement", "inside", "outside"),
    [
        ("~> 6.5", "6.5.12 6.6", "6.4.9 7.0 7.1"),
        ("~> 6.5.2", "6.5.2 6.5.12", "6.5.1 6.6"),
        ("~> 6", "6.0 6.9", "7.0 5.9"),
        (">= 4.5.0, < 5", "4.5.0 4.9", "4.4 5.0"),
        ("= 1.2.0", "1.2", "1.2.1"),
        ("1.2", "1.2.0", "1.3"),
        ("!= 1.2", "1.3", "1.2"),
        ("> 1, <= 2", "1.0.1 2.0", "1 2.0.1"),
    ],
)
def test_a_requirement_allows_what_rubygems_allows(requirement: str, inside: str, outside: str) -> None:
    assert all(allows(requirement, Version(text)) for text in inside.split())
    assert not any(allows(requirement, Version(text)) for text in outside.split())


@pytest.mark.parametrize(
    ("first", "second", "possible"),
    [
        (">= 3.2.0", "~> 2.2, >= 2.2.4", False),
        (">= 3.2.0", ">= 2.2.4, < 3.2", False),
        (">= 3.1.0", ">= 2.2.4, < 3.2", True),
        ("> 3.1", "< 3.2", True),
        ("< 5", ">= 5", False),
        ("< 5", ">= 4.5", True),
        ("!= 3.0", "3.0", False),
        ("< 2", "> 1, < 3", True),
    ],
)
def test_two_requirements_are_possible_at_once_or_not(first: str, second: str, *, possible: bool) -> None:
    assert both_possible(first, second) is possible
    assert both_possible(second, first) is possible


def test_a_lock_file_says_who_asks_for_what() -> None:
    assert list(asked_of(LOCK, {"sidekiq", "rack"})) == [
        Asked("own", "1.0", "sidekiq", ">= 6"),
        Asked("sidekiq", "6.5.12", "rack", "~> 2.0"),
        Asked("sidekiq-cron", "1.6.0", "sidekiq", ">= 4.2.1"),
        Asked(None, "", "sidekiq", "~> 6.5, >= 6.5.12"),
    ]


def test_every_release_has_one_need_of_each_thing() -> None:
    for text in needs.NEWEST:
        names = [need.name for need in needs.needs_of(Version(text))]
        assert {"ruby", "redis-server"} <= {*names}, text
        assert len(names) == len({*names}), text


def test_the_newest_release_of_a_line_is_found() -> None:
    assert (needs.newest_of("8"), needs.newest_of("7.3"), needs.newest_of("6.5.12")) == ("8.1.7", "7.3.10", "6.5.12")
    assert (needs.newest_of("9"), needs.newest_of("7.3.9"), needs.newest_of("1")) == (None, None, None)


def test_what_is_written_into_a_gemfile_for_a_companion_is_what_works() -> None:
    for row in COMPANIONS:
        assert allows(row.works, Version(row.line.removeprefix("~> ") + ".0")), row
