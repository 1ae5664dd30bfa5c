"""sidekiq-throttled and what Enterprise has for it: pairs with Sidekiq, lines for the Gemfile, intervals."""

from __future__ import annotations

import pytest

from sidekiq_gen.sidekiq import enterprise, throttled
from sidekiq_gen.sidekiq.versions import Version


@pytest.mark.parametrize(
    ("gem", "sidekiq", "line"),
    [
        ("0.15.1", "6.4.1", "~> 0.18.0"),
        ("0.18.0", "6.3.1", "~> 0.16.2"),
        ("0.18.0", "7.0.0", "~> 1.5"),
        ("1.0.0", "6.5.12", "~> 1.4.0"),
        ("2.0.0", "7.3.10", "~> 1.5"),
        ("1.5.2", "9.0.0", "~> 2.1"),
    ],
)
def test_pairs_that_do_not_work(gem: str, sidekiq: str, line: str) -> None:
    error = throttled.pairing_error(Version(gem), Version(sidekiq))
    assert error is not None
    assert error.code == "throttled-pair"
    assert error.message == f"sidekiq-throttled {gem} does not go with Sidekiq {sidekiq}."
    assert error.hint == f'Write in the Gemfile: gem "sidekiq-throttled", "{line}"'


@pytest.mark.parametrize(
    ("gem", "sidekiq", "tested"),
    [
        ("0.16.0", "6.0.0", True),
        ("0.17.0", "6.4.0", True),
        ("1.0.0", "7.0.0", True),
        ("1.0.1", "6.5.0", True),
        ("1.4.0", "6.5.12", True),
        ("1.5.0", "6.5.12", False),
        ("1.5.0", "7.2.4", True),
        ("1.5.0", "7.3.0", False),
        ("1.5.2", "8.0.0", False),
        ("2.1.0", "8.1.7", True),
    ],
)
def test_pairs_that_work_and_whether_the_readme_names_them(gem: str, sidekiq: str, *, tested: bool) -> None:
    assert throttled.pairing_error(Version(gem), Version(sidekiq)) is None
    assert throttled.is_tested(Version(gem), Version(sidekiq)) is tested


def test_a_pair_that_does_not_work_is_not_tested() -> None:
    assert not throttled.is_tested(Version("0.15.1"), Version("6.0.0"))


def test_the_intervals_of_enterprise_in_seconds() -> None:
    assert enterprise.INTERVALS == {1: "second", 60: "minute", 60 * 60: "hour", 24 * 60 * 60: "day"}
