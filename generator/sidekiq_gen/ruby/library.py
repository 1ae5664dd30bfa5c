"""All templates by their paths: what the build has compiled, or their sources.

A wheel has each template as a module that Jinja has compiled when the wheel was built (hatch_build.py), and a list of
what there is: it runs these without Jinja (runtime.py). A checkout has neither, so that what is edited is rendered.
Where layers lie over them, the templates of the repo or of a pack, all are rendered from their sources.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from sidekiq_gen.packs.layers import Layer

    class Template(Protocol):
        """A template, compiled by the build or by Jinja just now."""

        @property
        def name(self) -> str | None:
            """The path by which it was asked for."""

        def render(self, *facts: Mapping[str, Any], **more: Any) -> str:
            """Its text with these facts."""

        def make_module(self, facts: dict[str, Any]) -> object:
            """What it exports, as attributes: its macros, each with ``arguments``, and the variables set at its top."""


BUILT_IN = "built-in"


def template(path: str, layers: tuple[Layer, ...] = ()) -> Template:
    """The template of a path that is among `paths`, or of such a path behind one of its `origins`."""
    if _built() and not layers:
        from sidekiq_gen.ruby import runtime

        return runtime.template(path)
    from sidekiq_gen.ruby.environment import environment

    return environment(layers).get_template(path)


def paths(layers: tuple[Layer, ...] = ()) -> frozenset[str]:
    """Every template that there is: ``common/job.rb.j2``."""
    return _all_paths(layers) if layers else _own_paths()


def origins(path: str, layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """The origins that have a template, first to last: any of ``repo``, ``pack`` and ``built-in``.

    With layers it can be had by its path behind each of them as well: ``built-in/common/job.rb.j2``.
    """
    found = tuple(layer.origin for layer in layers if path in layer.by_path)
    return (*found, BUILT_IN) if path in _own_paths() else found


def declared(path: str, layers: tuple[Layer, ...] = ()) -> frozenset[str]:
    """The names that the comments ``{# names: ... #}`` of a template declare, and of those that it refers to."""
    built = _built()
    if built and not layers:
        return frozenset(built.DECLARED[path])
    from sidekiq_gen.ruby import environment

    return environment.declared(path, layers)


@cache
def _own_paths() -> frozenset[str]:
    built = _built()
    if built:
        return frozenset(built.DECLARED)
    from sidekiq_gen.ruby.environment import own_paths

    return own_paths()


@cache
def _all_paths(layers: tuple[Layer, ...]) -> frozenset[str]:
    return _own_paths().union(*(layer.by_path for layer in layers))


@cache
def _built() -> Any:
    """The package that the build wrote: DECLARED, and a module for each template; None in a checkout."""
    try:
        return import_module("sidekiq_gen.compiled")
    except ModuleNotFoundError:
        return None
