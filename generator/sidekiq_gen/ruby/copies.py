"""Built-in templates as a repo can have them over its own: which there are, what is overridden, and copies of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen import __version__
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.packs.copied import header, outdated
from sidekiq_gen.packs.layers import REPO_FOLDER
from sidekiq_gen.ruby.environment import built_in
from sidekiq_gen.ruby.library import origins, paths
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.packs.layers import Layer

MOST_NAMED = 5


@dataclass(frozen=True)
class Listed:
    """One template as it is looked up.

    origins: who has it, first to last: any of ``repo``, ``pack`` and ``built-in``. place: the file of the first, as a
    person reads it; the path again where it is built in. copied_from: the version of sidekiq-gen that it was copied
    from, where that had another original; else empty.
    """

    path: str
    origins: tuple[str, ...]
    place: str
    copied_from: str = ""

    @property
    def overridden(self) -> bool:
        """Whether the built-in one is not all there is."""
        return self.origins != ("built-in",)


def listed(layers: tuple[Layer, ...]) -> list[Listed]:
    """Every template that there is, by path."""
    old = dict(outdated(layers, built_in))
    return [_listed(path, layers, old) for path in sorted(paths(layers))]


def copies(wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Built-in templates as the repo would have them, path below its root and text, with the line that says of what.

    wanted: paths of templates, or of folders of them: ``common/job.rb.j2``, ``common/patterns/row_lock``.

    Raises:
        InvalidInput: there is none of this path (``unknown-template``).
    """
    found = dict.fromkeys(path for word in wanted for path in _meant(word))
    return [(f"{REPO_FOLDER}/{path}", _copy(path)) for path in found]


def _listed(path: str, layers: tuple[Layer, ...], old: dict[str, str]) -> Listed:
    owner = next((layer for layer in layers if path in layer.by_path), None)
    place = owner.shown(path) if owner else path
    return Listed(path, origins(path, layers), place, old.get(place, ""))


def _copy(path: str) -> str:
    source = built_in(path) or ""
    return f"{header(__version__, source)}\n{source}"


def _meant(word: str) -> list[str]:
    """The paths that a word means: its own, or those in the folder of that name."""
    path = word.removeprefix(f"{REPO_FOLDER}/").strip("/")
    known = paths()
    inside = sorted(one for one in known if one == path or one.startswith(f"{path}/"))
    if path and inside:
        return inside
    raise InvalidInput(
        f"There is no built-in template {word[:80]!a}.", hint=_instead(path, known), code="unknown-template"
    )


def _instead(path: str, known: frozenset[str]) -> str:
    """What may have been meant: the same without its tree, else what is spelled like it."""
    folders = {one.rpartition("/")[0] for one in known}
    names = known | folders
    same = sorted(one for one in names if path and one.partition("/")[2] == path)
    if same:
        return f"Did you mean {' or '.join(same[:MOST_NAMED])}?"
    return did_you_mean(path, sorted(names), "sidekiq-gen templates --all lists them.")
