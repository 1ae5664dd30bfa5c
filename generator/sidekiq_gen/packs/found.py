"""Where a pack is: a folder, or a Python package that says so. A package is looked for and never imported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen import reading
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.packs.declared import read_pack
from sidekiq_gen.quoting import shortened
from sidekiq_gen.toml import nearest

if TYPE_CHECKING:
    from sidekiq_gen.packs.pack import Pack

GROUP = "sidekiq_gen.packs"


def find_pack(typed: str, base: Path, inside: Path | None = None) -> Pack:
    """The pack that somebody names.

    typed: a folder where a slash is in it, else the name of one that is installed. base: what a folder is relative to.
    inside: the folder that it may not lie outside of, where a file of the repo names it; None where a person does.

    Raises:
        InvalidInput: there is none: ``unknown-pack``; or it makes no sense: ``invalid-pack``.
        Refused: a file of the repo names a folder outside of it: ``pack-outside``; a template cannot be read.
    """
    if "/" not in typed and typed not in {".", ".."}:
        return read_pack(_installed(typed), typed)
    folder = Path(os.path.realpath(base / typed))
    if inside is not None and not reading.is_within(str(folder), os.path.realpath(inside)):
        raise Refused(
            f"{shortened(typed)} is outside of the repo, whose own file names it as a pack.",
            hint="Name it on the command line, if you mean it: --templates.",
            code="pack-outside",
        )
    if not folder.is_dir():
        raise InvalidInput(
            f"--templates {shortened(typed)} is not a folder.",
            hint="Give the folder of a pack, or the name of one that is installed.",
            code="unknown-pack",
        )
    return read_pack(folder, typed.rstrip("/") or "/")


def _installed(name: str) -> Path:
    """The folder of an installed pack."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        told = nearest(name, points, "Installed are") if points else "No pack is installed."
        raise InvalidInput(
            f"There is no pack {name[:60]!a}.",
            hint=f"{told} A folder has a slash in it: --templates ./{shortened(name)}.",
            code="unknown-pack",
        )
    top, *below = points[name].module.split(".")
    spec = find_spec(top)
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = next((path for place in places if (path := Path(place, *below)).is_dir()), None)
    if found is None:
        raise InvalidInput(
            f"The pack {name!a} is installed, and {points[name].module} is no folder.",
            hint="Its entry point has to name a package with a pack.toml in it.",
            code="invalid-pack",
        )
    return found
