"""What is to be said of the templates that lie over the built-in ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.notices import Notice
from sidekiq_gen.packs.copied import outdated
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby.environment import built_in, references
from sidekiq_gen.ruby.library import paths
from sidekiq_gen.ruby.templates import TREES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.packs.layers import Layer

SHOWN = 3
FOLDERS = ("common", "active_job", *TREES)
_OF_THE_HOUSE = regex(r"house/(?:job|rspec|minitest)\.rb\.j2")


def override_notices(layers: tuple[Layer, ...]) -> Iterator[Notice]:
    """That a copy is older than its original, and that a template of the repo is looked up by nobody."""
    old = [f"{path} (a copy from {version})" for path, version in outdated(layers, built_in)]
    if old:
        yield Notice(
            "template-outdated",
            f"The built-in original has changed since it was copied: {_listed(old)}.",
            "Compare it with a new copy: sidekiq-gen templates copy.",
        )
    for layer in layers:
        unused = [layer.shown(path) for path in unused_paths(layer, layers)]
        if unused and layer.origin == "repo":
            path = unused[0].removeprefix(f"{layer.place}/")
            yield Notice(
                "template-unused",
                f"No template is looked up by this path: {_listed(unused)}.",
                _meant(path),
            )


def unused_paths(layer: Layer, layers: tuple[Layer, ...]) -> list[str]:
    """The templates of a layer that are neither looked up nor included."""
    below = {name.partition("/")[2] for name in paths()}
    others = {path for other in layers if other is not layer for path in other.by_path}
    below |= {path.partition("/")[2] for path in others}
    referred = {path for other in layers for text in other.by_path.values() for path in references(text)}
    return [
        path
        for path in layer.by_path
        if path not in referred
        and not (
            path.partition("/")[0] in FOLDERS
            and (path.partition("/")[2] in below or _OF_THE_HOUSE.fullmatch(path.partition("/")[2]))
        )
    ]


def _meant(path: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(path, paths(), 1)
    return f"Did you mean {close[0]}?" if close else "docs/templates.md says how a template is found."


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - SHOWN} others" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more
