"""The template trees: how a template is found, what a partial is, and how a Ruby file is put together.

A tree is looked up first, then the trees of earlier lines, newest first, then ``common``: what a line does its own way
stands in its tree, and holds until a later tree says otherwise. For a partial that goes for each of its macros.
What an ActiveJob class does its own way, whatever the line, stands in ``active_job``.

Layers are the templates of the repo and of a pack: of the same path, those of the repo come first, then those of the
pack. A partial of a layer brings its macros, and those that it does not have stay; any other template is replaced.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import dialect, layout
from sidekiq_gen.ruby.library import BUILT_IN, declared, origins, paths, template
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sidekiq_gen.packs.layers import Layer
    from sidekiq_gen.ruby.library import Template
    from sidekiq_gen.sidekiq.release import Tree
    from sidekiq_gen.style import Style, TestFramework

TREES: tuple[Tree, ...] = ("6.5", "7", "8")  # from the oldest line to the newest
Folder: TypeAlias = "Tree | Literal['active_job']"
Layers: TypeAlias = "tuple[Layer, ...]"  # that which counts most first

_STUB = regex(r"\.stub\(")


def search_path(tree: Folder, name: str) -> list[str]:
    """Where a template is looked for, first to last: ``8/job.rb.j2``, ``7/job.rb.j2`` ... ``common/job.rb.j2``."""
    lines = ("active_job",) if tree == "active_job" else reversed(TREES[: TREES.index(tree) + 1])
    return [*(f"{line}/{name}" for line in lines), f"common/{name}"]


def find_template(tree: Folder, name: str, layers: Layers = ()) -> Template:
    """A template by name, from the first place that has it.

    Raises:
        BrokenTemplate: no place has it, or that of a layer cannot be read.
    """
    for path in _found(tree, name, layers):
        return _got(path, layers)
    raise BrokenTemplate(name, "is not in any tree")


def has_template(tree: Folder, name: str, layers: Layers = ()) -> bool:
    """Whether any place has a template of that name."""
    return bool(_found(tree, name, layers))


@cache
def declared_names(tree: Folder, name: str, layers: Layers = ()) -> frozenset[str]:
    """The names that the Ruby of a template takes for itself, from its comment ``{# names: ... #}``.

    Those of the files that it includes or imports are among them. None where there is no such template, or it takes
    none.
    """
    return frozenset(name for path in _found(tree, name, layers) for name in declared(path, layers))


class Partial:
    """A file of macros, one for each slot that it fills, bound to the facts of one request.

    Where several trees have it, each macro is that of the latest tree that has one of its name.

    path: its name, below the tree: ``patterns/row_lock/job.rb.j2``.
    slots: what it may fill, by name, with the parameters of the macro.

    Raises:
        BrokenTemplate: it is nowhere, or has a macro that is no slot, or one with other parameters.
    """

    def __init__(
        self,
        tree: Folder,
        path: str,
        slots: Mapping[str, Collection[str]],
        facts: dict[str, Any],
        layers: Layers = (),
    ) -> None:
        self.path = path
        self._layers = layers
        self._macros: dict[str, Any] = {}
        self._owners: dict[str, Any] = {}  # Template; with layers that of Jinja
        for each in _in_all_trees(tree, path, layers):
            exported = vars(each.make_module(facts))
            own = {name: value for name, value in exported.items() if hasattr(value, "arguments")}
            self._macros |= own
            self._owners |= dict.fromkeys(own, each)
        for name, macro in self._macros.items():
            if name not in slots:
                raise self._broken(name, f"has a macro {name}, and no slot is called so")
            if tuple(macro.arguments) != tuple(slots[name]):
                raise self._broken(name, f"has a macro {name} that takes other parameters than its slot")

    def fill(self, slot: str, **arguments: str) -> str:
        """The text that it has for a slot, without blank lines around it; empty where it has none.

        Raises:
            BrokenTemplate: the macro is that of a layer, and cannot be rendered.
        """
        macro = self._macros.get(slot)
        if macro is None:
            return ""
        if not self._layers:
            return str(macro(**arguments)).strip("\n")
        from sidekiq_gen.ruby.environment import environment
        from sidekiq_gen.ruby.sandbox import judged

        with judged(environment(self._layers), self._owners[slot]):
            return str(macro(**arguments)).strip("\n")

    def unplaced(self, slot: str, kind: str) -> BrokenTemplate:
        """The error that a slot is filled which a kind of job does not have."""
        return self._broken(slot, f"fills {slot}, which a job of the kind {kind} does not have")

    def _broken(self, slot: str, fault: str) -> BrokenTemplate:
        """What is wrong with one of its macros, with its place where it is that of a layer."""
        name = str(self._owners[slot].name)
        layer = next((one for one in self._layers if name.startswith(f"{one.origin}/")), None)
        if layer is None:
            return BrokenTemplate(self.path, fault)
        path = name.partition("/")[2]
        before = re.split(rf"\{{%-?\s*macro\s+{slot}\b", layer.by_path[path], maxsplit=1)[0]
        return BrokenTemplate(layer.shown(path), fault, before.count("\n") + 1)

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


def _in_all_trees(tree: Folder, name: str, layers: Layers) -> list[Template]:
    """A template from every tree and origin that has it, that which counts most last.

    Raises:
        BrokenTemplate: no place has it.
    """
    places = reversed(_found(tree, name, layers))
    if layers:
        places = (f"{origin}/{path}" for path in places for origin in reversed(origins(path, layers)))
    found = [_got(path, layers) for path in places]
    if not found:
        raise BrokenTemplate(name, "is not in any tree")
    return found


def _got(path: str, layers: Layers) -> Template:
    """A template, read and compiled.

    Raises:
        BrokenTemplate: it is of a layer, and cannot be compiled.
    """
    if not layers or path.startswith(f"{BUILT_IN}/"):
        return template(path, layers)
    from sidekiq_gen.ruby.environment import environment
    from sidekiq_gen.ruby.sandbox import judged

    bare = path.removeprefix("repo/").removeprefix("pack/")
    place = next((layer.shown(bare) for layer in layers if bare in layer.by_path), bare)
    with judged(environment(layers), name=place):
        return template(path, layers)


@cache
def _found(tree: Folder, name: str, layers: Layers) -> tuple[str, ...]:
    """The paths of a template in all trees that have it, in the order in which it is looked up."""
    there = paths(layers)
    return tuple(path for path in search_path(tree, name) if path in there)
