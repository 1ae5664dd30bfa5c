"""What holds for every template without rendering it: slots, facts, trees, and how much of it is Ruby."""

from __future__ import annotations

import difflib
import inspect
import re
from dataclasses import fields
from itertools import combinations
from typing import TYPE_CHECKING, Any, get_args

import pytest
from jinja2 import meta, nodes

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.install.rendering import _facts as install_facts
from sidekiq_gen.job.facts import JobFacts
from sidekiq_gen.job.failure import FailureMark
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.migrations import Migration
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.rendering import partial_paths
from sidekiq_gen.job.slots import SLOTS
from sidekiq_gen.job.spec_facts import SpecFacts
from sidekiq_gen.naming import JobName
from sidekiq_gen.ruby.environment import STAND_INS, StandIns, environment
from sidekiq_gen.ruby.templates import Partial, has_template
from sidekiq_gen.ruby.trackers import Reporter
from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.style import Style
from support.template_names import (
    HANDED_TO_SKELETONS,
    OF_JOBS,
    PATHS,
    attributes,
    given_by,
    parsed,
    source_of,
    users_of,
)
from support.templates import figures, measured, summary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sidekiq_gen.job.slots import Part
    from sidekiq_gen.ruby.templates import Folder
    from sidekiq_gen.sidekiq.release import Tree

PARTS: tuple[Part, ...] = ("job", "rspec", "minitest")
PARTIALS = [path for path in OF_JOBS if path.count("/") > 1 and path.rpartition("/")[2].partition(".")[0] in PARTS]
SKELETONS = [path for path in OF_JOBS if path.count("/") == 1]
TREES: tuple[Tree, ...] = ("6.5", "7", "8")
FOLDERS: tuple[Folder, ...] = ("8", "active_job")

ADDED = {name for pattern in PATTERNS for name in pattern.adds}
SETTINGS: dict[str, Any] = {pattern.identifier: pattern.settings for pattern in PATTERNS}
TYPES: dict[str, Any] = {"job": JobName, "reporter": Reporter, "failed": FailureMark, "style": Style}
TYPES["migration"] = Migration

every_template = pytest.mark.parametrize("path", PATHS)
every_template_of_jobs = pytest.mark.parametrize("path", OF_JOBS)
every_partial = pytest.mark.parametrize("path", PARTIALS)


def facts_for(path: str) -> set[str]:
    """The names that a template is given; one that both job and spec use has those of the job."""
    spec = "rspec" in path or "minitest" in path or path in USED_BY_SPECS
    return {field.name for field in fields(SpecFacts if spec else JobFacts)} | {*SETTINGS} | ADDED


# Those that a spec alone includes, whatever they are called, and those of whose macros it uses a part.
USED_BY_SPECS = {path for path in OF_JOBS if any("rspec" in user or "minitest" in user for user in users_of(path))}


def known_attributes(settings: Any) -> set[str]:
    """The fields and properties of a dataclass, or of any of several."""
    classes = get_args(settings) or (settings,)
    return {name for one in classes for name in (*(field.name for field in fields(one)), *vars(one))}


@every_template
def test_it_can_be_read(path: str) -> None:
    environment().compile(source_of(path), name=path)


@every_partial
def test_its_macros_are_slots(path: str) -> None:
    part: Any = path.rpartition("/")[2].partition(".")[0]
    macros = {macro.name: tuple(name.name for name in macro.args) for macro in parsed(path).find_all(nodes.Macro)}
    assert macros
    for name, parameters in macros.items():
        assert name in SLOTS[part], f"{name} is no slot of {part}"
        assert parameters == SLOTS[part][name].parameters
    assert not re.sub(r"\{%-? macro.*?endmacro -?%\}|\{[%#].*?[%#]\}", "", source_of(path), flags=re.DOTALL).strip()


@every_template_of_jobs
def test_the_names_that_it_uses_are_facts(path: str) -> None:
    allowed = facts_for(path) | (HANDED_TO_SKELETONS if path in SKELETONS else set())
    for user in (path, *users_of(path)):
        allowed |= given_by(user)

    assert meta.find_undeclared_variables(parsed(path)) - allowed == set()


@pytest.mark.parametrize("path", [path for path in PATHS if "/install/" in path])
def test_the_names_that_a_template_of_install_uses_are_facts(path: str) -> None:
    facts = set(re.findall(r'^ +"(\w+)": ', inspect.getsource(install_facts), re.MULTILINE))

    assert meta.find_undeclared_variables(parsed(path)) - facts == set()


@pytest.mark.parametrize("path", [path for path in PATHS if "/migrate/" in path])
def test_a_template_of_a_migration_is_given_that_alone(path: str) -> None:
    assert meta.find_undeclared_variables(parsed(path)) == {"migration"}


@every_template
def test_what_it_asks_of_them_is_there(path: str) -> None:
    kind = next((kind for kind in KINDS if f"/kinds/{kind.identifier}/" in path), None)
    types = TYPES | SETTINGS | ({"kind": kind.settings} if kind and kind.settings else {})
    if "/install/" in path:
        types = {}
    for name, attribute in attributes(path):
        if name == "can":
            assert attribute in {row.name for row in TABLE}, f"can.{attribute} is in no table"
        elif name in types:
            assert attribute in known_attributes(types[name]), f"{name}.{attribute} is nothing"


def test_a_misspelled_name_or_capability_would_be_found() -> None:
    tree = environment().parse("{% if can.perform_blk %}{{ recrod }}{% endif %}")
    assert meta.find_undeclared_variables(tree) - facts_for("common/kinds/x/job.rb.j2") == {"recrod"}
    assert [node.attr for node in tree.find_all(nodes.Getattr) if node.attr not in {row.name for row in TABLE}] == [
        "perform_blk"
    ]


def descriptions(path: str) -> set[str]:
    """Of the examples of a partial, and of what it includes."""
    found = {
        text
        for _, text in re.findall(r'^ *(it|test) "(.+?)"(?:, :aggregate_failures)? do$', source_of(path), re.MULTILINE)
    }
    included = re.findall(r'include "(.+)"', source_of(path))
    return found.union(*(descriptions(other) for other in included if other in OF_JOBS))


@pytest.mark.parametrize("path", [path for path in PARTIALS if path.endswith("/rspec.rb.j2")])
def test_spec_and_test_describe_the_same(path: str) -> None:
    assert descriptions(path) == descriptions(path.replace("rspec", "minitest"))


def test_a_stand_in_that_stands_for_nothing_is_an_error() -> None:
    with pytest.raises(BrokenTemplate, match="x has the_recrod, which stands for nothing"):
        StandIns(environment()).preprocess("the_recrod.reload", "x")


def test_a_stand_in_stands_for_a_fact() -> None:
    known = {field.name for field in fields(SpecFacts)} | {"kind"}
    assert {fact.partition(".")[0] for fact in STAND_INS.values()} <= known
    text = 'log("TheModel #{the_row.id}: {{ "the_row" }}") # the_rows'
    rendered = environment().from_string(text).render(model="Order", row="order", rows="orders")
    assert rendered == 'log("Order #{order.id}: the_row") # orders'


@pytest.mark.parametrize("owner", [*KINDS, *PATTERNS], ids=lambda owner: owner.name)
@pytest.mark.parametrize("part", PARTS)
def test_every_shape_has_its_partials(owner: Any, part: Part) -> None:
    folder = f"{'kinds' if owner in KINDS else 'patterns'}/{owner.identifier}"
    for shape in owner.shapes or ("",):
        if part != "job" and shape in getattr(owner, "unseen", {}):
            continue
        trees = [
            tree
            for tree in FOLDERS
            if all(has_template(tree, path) for path in partial_paths(tree, folder, shape, part))
        ]
        assert trees, shape


def test_a_shape_without_a_job_of_its_own_is_an_error() -> None:
    paths = partial_paths("8", "patterns/advisory_lock", "sesion", "job")
    assert paths == ["patterns/advisory_lock/job.rb.j2", "patterns/advisory_lock/sesion/job.rb.j2"]
    with pytest.raises(BrokenTemplate, match=re.escape(f"{paths[1]} is not in any tree")):
        Partial("8", paths[1], {}, {})


def test_every_folder_is_that_of_a_shape() -> None:
    known = {f"kinds/{kind.identifier}/{shape}" for kind in KINDS for shape in kind.shapes or ("",)}
    known |= {f"patterns/{pattern.identifier}/{shape}" for pattern in PATTERNS for shape in pattern.shapes or ("",)}
    known |= {f"calls/{through}" for through in ("instance", "record")}
    found = {path.partition("/")[2].rpartition("/")[0] for path in PARTIALS}
    shared = {name.rpartition("/")[0] + "/" for name in known}
    assert {folder for folder in found if folder not in known and f"{folder}/" not in {*known, *shared}} == set()


def lines_of(path: str) -> list[str]:
    """The Ruby of a template: its lines without those that are tags alone."""
    return [line.strip() for line in source_of(path).splitlines() if line.strip() and "{%" not in line]


def pairs_of_trees() -> Iterable[tuple[str, str]]:
    for one, other in combinations(PATHS, 2):
        if one.partition("/")[0] != other.partition("/")[0]:
            yield one, other


def test_no_two_trees_hold_the_same_file() -> None:
    texts = {path: lines_of(path) for path in PATHS}
    alike = []
    for one, other in pairs_of_trees():
        if not texts[one] or not texts[other]:
            continue
        compared = difflib.SequenceMatcher(None, texts[one], texts[other], autojunk=False)
        if compared.real_quick_ratio() > ALIKE and compared.quick_ratio() > ALIKE and compared.ratio() > ALIKE:
            alike.append((one, other, round(compared.ratio(), 2)))
    assert alike == []


ALIKE = 0.8


def test_templates_are_ruby() -> None:
    known = measured()
    lines, ruby = sum(one.lines for one in known.values()), sum(one.ruby for one in known.values())
    assert ruby / lines >= RUBY, summary(known)


RUBY = 0.5


@every_template
def test_no_line_of_it_has_a_condition_in_it(path: str) -> None:
    assert figures(source_of(path)).inline == ()


@every_template
def test_its_blocks_are_two_deep_at_most(path: str) -> None:
    assert figures(source_of(path)).depth <= 2


def test_lines_are_told_apart() -> None:
    source = "{# a\nb #}\n{% if x %}\nfoo\n\n  bar {{ 1 if x }}\n{{ x }}\n{% for y in z %}{% endfor %}\n{% endif %}\n"
    found = figures(source)
    assert (found.ruby, found.tags, found.mixed) == (1, 3, 2)
    assert found.inline == ("  bar {{ 1 if x }}",)
    assert found.depth == 2


@every_template_of_jobs
def test_the_primary_key_goes_by_its_own_name(path: str) -> None:
    own = re.findall(r"\(id: |\(:id\)|\[:id\]|\|id:\||[\"']id [<>=]", source_of(path))

    assert own == [], "the_key is what the key is called; the_row.id is its value"
