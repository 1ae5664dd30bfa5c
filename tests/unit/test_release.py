"""Which templates a Sidekiq gets, what is refused, and what the user is told."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from sidekiq_gen.errors import Refused
from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.release import Release, sidekiq_not_locked
from sidekiq_gen.sidekiq.versions import Version


def notices(text: str, rails: str | None = None) -> tuple[Notice, ...]:
    return tuple(Release(Gems(text, rails=rails)).notices())


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("6.0.0", "6.5"),
        ("6.0.0.pre2", "6.5"),
        ("6.4.2", "6.5"),
        ("6.5.0", "6.5"),
        ("6.5.12", "6.5"),
        ("7.0.0.beta1", "7"),
        ("7.0.0", "7"),
        ("7.3.10", "7"),
        ("8.0.0.beta1", "8"),
        ("8.0.0", "8"),
        ("8.1.7", "8"),
        ("8.9.0", "8"),
    ],
)
def test_the_tree_follows_the_digits(text: str, tree: str) -> None:
    release = Release(Gems(text))
    assert (release.tree, release.text, release.version) == (tree, text, Version(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5.2.10", "sidekiq-too-old"),
        ("4.0.0.pre1", "sidekiq-too-old"),
        ("9.0.0", "sidekiq-too-new"),
        ("9.0.0.beta1", "sidekiq-too-new"),
        ("10.1.0", "sidekiq-too-new"),
    ],
)
def test_outside_6_0_to_8_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        Release(Gems(text))
    assert refused.value.code == code
    assert refused.value.exit_status == 1
    assert text in refused.value.message
    assert "--sidekiq-version" in refused.value.hint


def test_the_release_knows_its_neighbours() -> None:
    release = Release(Gems("7.3.2", "git", unique_jobs="8.0.10", rails="7.2.2"))
    assert release.source == "git"
    assert release.capabilities.retry_in_kill
    assert release.capabilities.unique_ttl_duration
    assert release.capabilities.with_connection
    assert not release.capabilities.throttled_setup
    assert tuple(release.notices()) == ()


def test_before_6_5_the_user_is_told_what_that_version_lacks() -> None:
    assert notices("6.4.1") == (
        Notice(
            "sidekiq-before-6.5",
            "Sidekiq 6.4.1 is older than 6.5 and lacks Sidekiq.default_job_options, Sidekiq::ServerMiddleware, "
            "transactional_push!, :kill and :discard from sidekiq_retry_in.",
            "The generated code does without; Sidekiq 6.5.12 has all of it.",
        ),
    )
    ((old,), (older,)) = (notices("6.3.1"), notices("6.2.2"))
    assert "perform_inline" in old.message
    assert "Sidekiq::Job" not in old.message
    assert "Sidekiq::Job," in older.message


@pytest.mark.parametrize("text", ["6.5.0", "6.5.12", "7.0.0", "8.1.7"])
def test_from_6_5_on_there_is_nothing_to_tell(text: str) -> None:
    assert notices(text) == ()


@pytest.mark.parametrize(
    ("sidekiq", "rails", "needs"),
    [
        ("8.0.0", "7.0.8", "Rails 7.1"),
        ("8.0.10", "6.1.7", "Rails 7.1"),
        ("8.1.0", "7.0.8.4", "Rails 7.1"),
        ("8.1.7", "7.2.2.2", "Rails 7.2.3"),
        ("8.2.0.beta1", "7.0.8", "Rails 7.1"),
    ],
)
def test_pairs_that_cannot_be_bundled(sidekiq: str, rails: str, needs: str) -> None:
    (notice,) = notices(sidekiq, rails)
    assert notice.code == "rails-pair"
    assert sidekiq in notice.message
    assert rails in notice.message
    assert "rack" in notice.message
    assert needs in notice.hint


@pytest.mark.parametrize(
    ("sidekiq", "rails"),
    [
        ("7.3.10", "7.0.8"),
        ("6.5.12", "8.0.2"),
        ("8.0.10", "7.1.0"),
        ("8.0.10", "7.2.2"),
        ("8.1.7", "7.1.5"),
        ("8.1.7", "7.2.3"),
        ("8.1.7", "8.1.0"),
    ],
)
def test_pairs_that_can(sidekiq: str, rails: str) -> None:
    assert notices(sidekiq, rails) == ()


def test_no_sidekiq() -> None:
    error = sidekiq_not_locked("Gemfile.lock")
    assert (error.code, error.message) == ("no-sidekiq", "Gemfile.lock locks no Sidekiq.")
    assert "--sidekiq-version" in error.hint


@pytest.mark.parametrize(
    "gems",
    [
        Gems("6.5.12"),
        Gems("7.0.0.beta1", "git"),
        Gems("8.1.7", "path", unique_jobs="8.1.0", throttled="2.1.0", rails="8.1.0.rc1"),
    ],
)
def test_a_release_goes_to_json_and_back(gems: Gems) -> None:
    release = Release(gems)
    again = Release(Gems(**json.loads(json.dumps(asdict(gems)))))
    assert again == release
    assert hash(again) == hash(release)
    assert again.capabilities == release.capabilities
    assert asdict(release) == {"gems": asdict(gems)}


@pytest.mark.parametrize(
    "other",
    [
        Gems("7.3.3", rails="7.2.2"),
        Gems("7.3.2", "git", rails="7.2.2"),
        Gems("7.3.2"),
        Gems("7.3.2", rails="7.2.2", unique_jobs="8.0.10"),
        Gems("7.3.2", rails="7.2.2", throttled="1.5.0"),
    ],
)
def test_other_gems_make_another_release(other: Gems) -> None:
    assert Release(other) != Release(Gems("7.3.2", rails="7.2.2"))


def test_a_version_must_be_one() -> None:
    with pytest.raises(ValueError, match="no version of a gem"):
        Release(Gems("latest"))


@pytest.mark.parametrize(
    ("text", "job_module"),
    [
        ("6.0.7", "Sidekiq::Worker"),
        ("6.2.2", "Sidekiq::Worker"),
        ("6.3.0", "Sidekiq::Worker"),
        ("6.5.12", "Sidekiq::Worker"),
        ("7.0.0.beta1", "Sidekiq::Job"),
        ("7.0.0", "Sidekiq::Job"),
        ("8.1.7", "Sidekiq::Job"),
    ],
)
def test_what_a_job_includes_where_the_repo_has_no_habit(text: str, job_module: str) -> None:
    assert Release(Gems(text)).job_module == job_module
