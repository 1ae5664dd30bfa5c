"""The template trees: how a template is found, what a partial is, and how a Ruby file is put together.

A tree is looked up first, then the trees of earlier lines, newest first, then ``common``: what a line does its own way
stands in its tree, and holds until a later tree says otherwise. For a partial that goes for each of its macros.
What an ActiveJob class does its own way, whatever the line, stands in ``active_job``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound
from jinja2.ext import Extension
from jinja2.runtime import Macro

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.ruby import dialect, layout

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from jinja2 import Template

    from sidekiq_gen.sidekiq.release import Tree
    from sidekiq_gen.style import Style, TestFramework

TREES: tuple[Tree, ...] = ("6.5", "7", "8")  # from the oldest line to the newest
Folder: TypeAlias = "Tree | Literal['active_job']"

NAMES = re.compile(r"\{#-?\s*names:(.*?)-?#\}", re.DOTALL)


# Words that stand for facts, so that lines of a template that use them are Ruby: ``allow(job).to receive(:the_work)``.
STAND_INS: Mapping[str, str] = MappingProxyType(
    {
        "TheJob": "own_class",
        "TheModel": "model",
        "TheChild": "kind.child.class_name",
        "the_key": "key",
        "the_record": "record",
        "the_row": "row",
        "the_rows": "rows",
        "the_other_row": "another",
        "the_work": "work",
        "TheCollaborator": "calls.constant",
        "the_call": "call_of_work",
        "the_worker": "worker",
        "the_stub": "stub_of_work",
        "the_result": "returned_or_nil",
        "the_run": "perform",
        "the_new_job": "new_job",
        "the_retries": "attempts.retries",
        "the_trial": "trial",
        "the_finder": "finder",
        "the_parameter": "lookups.0.parameter",
        "the_thing": "thing",
        "the_things": "things",
        "TheDiscarded": "discarded",
        "TheReporter": "reporter.receiver",
        "the_report": "reporter.method",
        "the_arguments": "received",
        "the_argument_list": "received_by_position",
        "the_connection": "lease",
        "the_attempts": "kind.attempts",
        "the_source": "kind.source",
    }
)
_STAND_IN = re.compile(r"(\{?)\b(the_[a-z_]+|The[A-Z]\w*)\b")
_TAG = re.compile(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)
_STUB = re.compile(r"\.stub\(")
_REFERENCE = re.compile(r'"((?:common|active_job|[0-9.]+)/[^"]+\.j2)"')


class StandIns(Extension):
    """Puts the fact in the place of each word that stands for one, outside of Jinja's own tags."""

    def preprocess(self, source: str, name: str | None, _filename: str | None = None) -> str:
        """The source as Jinja reads it.

        Raises:
            BrokenTemplate: it has a word that looks like one and stands for nothing.
        """

        def fact(found: re.Match[str]) -> str:
            if found[2] not in STAND_INS:
                raise BrokenTemplate(str(name), f"has {found[2]}, which stands for nothing")
            brace = '{{ "{" }}' if found[1] else ""  # of "#{the_row.id}", which would look like Jinja's
            return f"{brace}{{{{ {STAND_INS[found[2]]} }}}}"

        return "".join(
            part if index % 2 else _STAND_IN.sub(fact, part) for index, part in enumerate(_TAG.split(source))
        )


@cache
def environment() -> Environment:
    """The Jinja environment: strict, and silent about the white space of its own tags."""
    return Environment(
        loader=PackageLoader("sidekiq_gen", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Ruby, not HTML
        extensions=[StandIns],
    )


def search_path(tree: Folder, name: str) -> list[str]:
    """Where a template is looked for, first to last: ``8/job.rb.j2``, ``7/job.rb.j2`` ... ``common/job.rb.j2``."""
    lines = ("active_job",) if tree == "active_job" else reversed(TREES[: TREES.index(tree) + 1])
    return [*(f"{line}/{name}" for line in lines), f"common/{name}"]


def find_template(tree: Folder, name: str) -> Template:
    """A template by name, from the first place that has it.

    Raises:
        BrokenTemplate: no place has it.
    """
    try:
        return environment().select_template(search_path(tree, name))
    except TemplateNotFound:
        raise BrokenTemplate(name, "is not in any tree") from None


def has_template(tree: Folder, name: str) -> bool:
    """Whether any place has a template of that name."""
    return bool(_found(tree, name))


@cache
def declared_names(tree: Folder, name: str) -> frozenset[str]:
    """The names that the Ruby of a template takes for itself, from its comment ``{# names: ... #}``.

    Those of the files that it includes or imports are among them. None where there is no such template, or it takes
    none.
    """
    return frozenset(name for path in _found(tree, name) for name in _declared(path))


@cache
def _declared(path: str) -> frozenset[str]:
    source = _source(path)
    own = (word for found in NAMES.findall(source) for word in found.split())
    return frozenset(own).union(*(_declared(other) for other in _REFERENCE.findall(source)))


class Partial:
    """A file of macros, one for each slot that it fills, bound to the facts of one request.

    Where several trees have it, each macro is that of the latest tree that has one of its name.

    path: its name, below the tree: ``patterns/row_lock/job.rb.j2``.
    slots: what it may fill, by name, with the parameters of the macro.

    Raises:
        BrokenTemplate: it is nowhere, or has a macro that is no slot, or one with other parameters.
    """

    def __init__(
        self, tree: Folder, path: str, slots: Mapping[str, Collection[str]], facts: Mapping[str, object]
    ) -> None:
        self.path = path
        self._macros: dict[str, Any] = {}
        for template in _in_all_trees(tree, path):
            module = template.make_module(dict(facts))
            self._macros |= {name: value for name, value in vars(module).items() if isinstance(value, Macro)}
        for name, macro in self._macros.items():
            if name not in slots:
                raise BrokenTemplate(path, f"has a macro {name}, and no slot is called so")
            if tuple(macro.arguments) != tuple(slots[name]):
                raise BrokenTemplate(path, f"has a macro {name} that takes other parameters than its slot")

    def fill(self, slot: str, **arguments: str) -> str:
        """The text that it has for a slot, without blank lines around it; empty where it has none."""
        macro = self._macros.get(slot)
        return str(macro(**arguments)).strip("\n") if macro else ""

    @property
    def slots(self) -> frozenset[str]:
        """The slots that it has a macro for."""
        return frozenset(self._macros)


def ruby_file(style: Style, requires: str, text: str, minded: Sequence[str] = ()) -> str:
    """A whole Ruby file: the magic comment where the house has it, what is required, the text in the house's form.

    minded: the writes without validations that RuboCop minds in it.
    """
    comment = "# frozen_string_literal: true" if style.frozen_string_literal else ""
    return dialect.directed(dialect.spoken(layout.sections(comment, requires, text), style), minded) + "\n"


def test_file(style: Style, test: TestFramework, text: str, minded: Sequence[str]) -> str:
    """A whole spec or test, likewise, with what it requires.

    Neither Rails nor rails/test_help loads the stubs of Minitest: rails v8.1.0 has them in method_call_assertions.rb
    alone, which is for Rails' own tests.
    """
    needed = [style.spec.helper] if style.spec.helper else []
    if test == "minitest" and _STUB.search(text):
        needed.append("minitest/mock")
    comment = style.spec.frozen_string_literal
    own = replace(
        style,
        quotes=style.spec.quotes or style.quotes,
        frozen_string_literal=style.frozen_string_literal if comment is None else comment,
    )
    return ruby_file(own, "\n".join(f'require "{name}"' for name in needed), text, minded)


def _in_all_trees(tree: Folder, name: str) -> list[Template]:
    """A template from every tree that has it, the latest tree last.

    Raises:
        BrokenTemplate: no place has it.
    """
    try:
        found = [environment().get_template(path) for path in reversed(_found(tree, name))]
    except TemplateNotFound:
        found = []
    if not found:
        raise BrokenTemplate(name, "is not in any tree")
    return found


@cache
def _found(tree: Folder, name: str) -> tuple[str, ...]:
    """The paths of a template in all trees that have it, in the order in which it is looked up."""
    return tuple(path for path in search_path(tree, name) if path in _paths())


@cache
def _paths() -> frozenset[str]:
    """Every template that there is."""
    return frozenset(environment().list_templates())


def _source(path: str) -> str:
    loader = environment().loader
    assert loader is not None  # noqa: S101 - environment() sets it
    return loader.get_source(environment(), path)[0]
