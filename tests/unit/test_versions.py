from __future__ import annotations

from itertools import product

import packaging.version
import pytest

from sidekiq_gen.sidekiq.versions import Version

TEXTS = "0 0.9 1 1.0 1.0.0 1.0.1 1.2 1.10 7 7.0.0.1 10".split()
TEXTS += "7.0.0.beta1 7.0.0b1 7.0.0.rc1 7.0.0.pre2 7.0.0a0 7.0.0.dev1 7.0.0.alpha".split()


def test_they_are_ordered_as_packaging_orders_them() -> None:
    for one, other in product(TEXTS, TEXTS):
        own, theirs = (Version(one), Version(other)), (packaging.version.Version(one), packaging.version.Version(other))
        for seen in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
            assert getattr(own[0], seen)(own[1]) == getattr(theirs[0], seen)(theirs[1]), (one, seen, other)
        if theirs[0] == theirs[1]:
            assert hash(own[0]) == hash(own[1])


@pytest.mark.parametrize("text", TEXTS)
def test_they_know_their_numbers_and_whether_there_is_more(text: str) -> None:
    own, theirs = Version(text), packaging.version.Version(text)
    for name in ("base_version", "is_prerelease", "major", "minor", "release"):
        assert getattr(own, name) == getattr(theirs, name)
    assert (str(own), repr(own)) == (text, f"Version('{text}')")


@pytest.mark.parametrize("text", ["", "x", "1.", "1..2", ".1", "1.0.x", "1-2", "1.0.beta1.2"])
def test_what_is_no_version_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        Version(text)


def test_a_version_is_nothing_else() -> None:
    assert Version("1") != "1"
