"""The table of what each release can do: its shape, and whole releases by hand. See test_facts.py for its gates."""

from __future__ import annotations

import re

import pytest
from jinja2 import Environment, StrictUndefined, UndefinedError
from packaging.specifiers import SpecifierSet

from sidekiq_gen.sidekiq.capabilities import TABLE, Capabilities, Capability
from sidekiq_gen.sidekiq.capability import Table
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.versions import Version

GEMS = ("sidekiq", "sidekiq-unique-jobs", "sidekiq-throttled", "rails")
SOURCE = re.compile(r"v\d+(\.\d+)+ [\w./]+:\d+")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_says_what_it_is_and_where_it_was_read(row: Capability) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", row.name)
    assert row.summary
    assert not row.summary.endswith(".")
    gem, where = row.source.split(" ", 1)
    assert gem == row.gem
    assert row.gem in GEMS
    assert SOURCE.fullmatch(where)
    assert row.versions
    assert all(part.operator in (">=", "<") for versions in row.versions for part in SpecifierSet(versions))


def test_names_are_unique_and_hide_nothing() -> None:
    names = [row.name for row in TABLE]
    assert len(set(names)) == len(names) == len(set(TABLE))
    assert not set(names) & {*dir(Table), *vars(Capabilities), "gems"}


def test_the_names_of_a_gem_that_could_be_mistaken_are_marked() -> None:
    assert all(row.name.startswith("unique_") == (row.gem == "sidekiq-unique-jobs") for row in TABLE)


NAMES = (
    "job_module",
    "nested_options_string_keys",
    "retry_in_kill",
    "retry_in_job_hash",
    "retry_in_duration",
    "retries_exhausted_discard",
    "retries_exhausted_for_active_job",
    "discard_runs_death_handlers",
    "discarded_at",
    "retry_for",
    "retry_for_overrides_retry",
    "strict_arguments_warn",
    "strict_arguments_raise",
    "strict_arguments_exact_class",
    "testing_api",
    "perform_inline",
    "perform_inline_strict",
    "perform_bulk",
    "bulk_at",
    "transactional_push",
    "transactional_push_builtin",
    "iterable_job",
    "iterable_arguments",
    "iterable_on_cancel",
    "iterable_current_object",
    "max_iteration_runtime",
    "millisecond_timestamps",
    "dead_job_times",
    "dead_set_class_limits",
    "safe_set_iteration",
    "error_handler_two_arguments",
    "error_handler_three_arguments",
    "default_job_options",
    "default_configuration",
    "capsules",
    "lifecycle_exit",
    "context_add",
    "plain_formatter",
    "job_profiling",
)

HAND_PICKED = {
    "6.0.7": {"retry_in_duration", "dead_set_class_limits", "error_handler_two_arguments"},
    "6.4.1": {
        "context_add",
        "dead_set_class_limits",
        "error_handler_two_arguments",
        "job_module",
        "perform_bulk",
        "perform_inline",
        "retry_in_duration",
        "strict_arguments_warn",
    },
    "6.5.12": {
        "context_add",
        "dead_set_class_limits",
        "default_job_options",
        "error_handler_two_arguments",
        "job_module",
        "perform_bulk",
        "perform_inline",
        "retry_in_kill",
        "strict_arguments_warn",
        "transactional_push",
    },
    "7.3.2": {
        "capsules",
        "context_add",
        "default_configuration",
        "default_job_options",
        "error_handler_three_arguments",
        "error_handler_two_arguments",
        "iterable_job",
        "job_module",
        "nested_options_string_keys",
        "perform_bulk",
        "perform_inline",
        "retries_exhausted_discard",
        "retries_exhausted_for_active_job",
        "retry_for",
        "retry_in_duration",
        "retry_in_job_hash",
        "retry_in_kill",
        "strict_arguments_exact_class",
        "strict_arguments_raise",
        "transactional_push",
    },
    "8.1.7": set(NAMES) - {"dead_set_class_limits", "error_handler_two_arguments", "strict_arguments_warn"},
}


@pytest.mark.parametrize("version", HAND_PICKED)
def test_whole_releases(version: str) -> None:
    answers = Capabilities(Gems(version)).as_dict()
    assert {name: answers[name] for name in NAMES} == {name: name in HAND_PICKED[version] for name in NAMES}


@pytest.mark.parametrize(
    ("name", "version", "answer"),
    [
        ("transactional_push_builtin", "7.3.9", False),
        ("transactional_push_builtin", "7.3.10", True),
        ("transactional_push_builtin", "8.0.0", False),
        ("transactional_push_builtin", "8.0.5", False),
        ("transactional_push_builtin", "8.0.6", True),
        ("retry_in_duration", "6.5.1", True),
        ("retry_in_duration", "6.5.2", False),
        ("retry_in_duration", "7.0.6", False),
        ("retry_in_duration", "7.0.7", True),
        ("unique_lock_held_through_retries", "7.1.29", True),
        ("unique_lock_held_through_retries", "7.1.33", False),
        ("unique_lock_held_through_retries", "8.0.0", True),
        ("unique_lock_held_through_retries", "8.0.13", False),
        ("unique_ttl_duration", "8.0.13", False),
        ("with_connection", "7.1.5.2", False),
        ("with_connection", "7.2.0.1", True),
    ],
)
def test_what_came_went_or_was_backported(name: str, version: str, answer: bool) -> None:  # noqa: FBT001 - an expectation
    (row,) = (row for row in TABLE if row.name == name)
    assert row.holds_for(Version(version)) is answer


def test_a_prerelease_has_neither_what_the_release_brought_nor_what_it_took_away() -> None:
    beta = Capabilities(Gems("7.0.0.beta1"))
    assert not beta.capsules
    assert not beta.dead_set_class_limits
    assert beta.transactional_push
    assert beta.testing_file_quiet


def test_a_gem_that_is_not_there_can_nothing() -> None:
    bare = Capabilities(Gems("8.1.7")).as_dict()
    assert not any(bare[row.name] for row in TABLE if row.gem != "sidekiq")
    full = Capabilities(Gems("8.1.7", unique_jobs="8.1.0", rails="8.1.0"))
    assert full.unique_client_reschedule
    assert full.with_connection


@pytest.mark.parametrize("gems", [Gems("6.5.12"), Gems("8.1.7", "git", "8.1.0", "2.1.0", "8.1.0")])
def test_the_dict_says_what_the_attributes_say(gems: Gems) -> None:
    can = Capabilities(gems)
    assert can.as_dict() == {row.name: getattr(can, row.name) for row in TABLE}


def test_on_the_class_a_capability_is_its_row() -> None:
    assert [getattr(Capabilities, row.name) for row in TABLE] == list(TABLE)


def test_the_dict_is_the_table_in_its_order() -> None:
    assert list(Capabilities(Gems("8.1.7")).as_dict()) == [row.name for row in TABLE]


def test_a_name_that_is_not_in_the_table_is_an_error() -> None:
    capabilities = Capabilities(Gems("8.1.7"))
    with pytest.raises(AttributeError, match="retry_in_kil"):
        getattr(capabilities, "retry_in_kil")  # noqa: B009 - mypy refuses it as an attribute: test_types.py


def test_a_slip_in_a_template_is_noticed() -> None:
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - renders Ruby, not HTML
    facts = {"can": Capabilities(Gems("8.1.7"))}
    assert environment.from_string("{{ 'yes' if can.retry_in_kill else 'no' }}").render(facts) == "yes"
    with pytest.raises(UndefinedError):
        environment.from_string("{{ 'yes' if can.retry_in_kil else 'no' }}").render(facts)


def test_equal_versions_give_equal_capabilities() -> None:
    assert Capabilities(Gems("7.3.2")) == Capabilities(Gems("7.3.2"))
    assert hash(Capabilities(Gems("7.3.2"))) != hash(Capabilities(Gems("8.1.7")))
