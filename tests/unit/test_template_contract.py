"""docs/templates.md names whatever a template uses, or may use."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields

import pytest
from jinja2 import meta

from pages.given import OF_INSTALL, OF_SKELETONS
from sidekiq_gen.install.rendering import _facts as install_facts
from sidekiq_gen.job.facts import JobFacts
from sidekiq_gen.job.slots import SLOTS
from sidekiq_gen.job.spec_facts import SpecFacts
from support.template_names import HANDED_TO_SKELETONS, PATHS, attributes, given_by, parsed, users_of
from support.templates import TEMPLATES

CONTRACT = (TEMPLATES.parent / "docs/templates.md").read_text(encoding="utf-8")
PYTHON = {"isdisjoint"}  # a method of sets
# One of each: a fact, an attribute of one, a method of a setting, what a skeleton, install and a migration are given.
DOCUMENTED = [
    ("common/patterns/advisory_lock/job.rb.j2", "leading_parameters"),
    ("common/kinds/record/find_by/job.rb.j2", "parameter"),
    ("common/kinds/record/minitest.rb.j2", "assert_set"),
    ("common/job.rb.j2", "superclass"),
    ("common/install/sidekiq.yml.j2", "queues"),
]


def undocumented(path: str, page: str) -> set[str]:
    """What a template uses that the contract does not name: at the start of a row, or of a paragraph."""
    named = set(re.findall(r"^(?:\| )?`(\w+)[`(]", page, re.MULTILINE))
    given = set().union(*(given_by(user) for user in (path, *users_of(path))))
    asked = {attribute for name, attribute in attributes(path) if name != "can"}
    return (meta.find_undeclared_variables(parsed(path)) - given | asked) - named - PYTHON


@pytest.mark.parametrize("path", PATHS)
def test_what_it_uses_is_documented(path: str) -> None:
    assert undocumented(path, CONTRACT) == set()


@pytest.mark.parametrize(("path", "name"), DOCUMENTED)
def test_a_name_that_is_not_documented_is_found(path: str, name: str) -> None:
    assert undocumented(path, re.sub(rf"^(\| )?`{name}[`(].*", "", CONTRACT, flags=re.MULTILINE)) == {name}


def test_every_fact_is_documented_and_no_other_name_of_a_skeleton() -> None:
    facts = {field.name for owner in (JobFacts, SpecFacts) for field in fields(owner)}
    given = set(re.findall(r'^ +"(\w+)": ', inspect.getsource(install_facts), re.MULTILINE))
    listed = CONTRACT.partition("\n## Facts\n")[2].partition("\n### From chosen patterns")[0]

    assert {name for name in facts if f"\n| `{name}` |" not in listed} == set()
    assert given == {*OF_INSTALL}
    assert {*OF_SKELETONS} == HANDED_TO_SKELETONS - {slot for part in SLOTS.values() for slot in part} - {"perform"}
