"""What install writes for the releases that a live test runs on."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from live.rendered import TREES
from support.cases import RELEASES
from support.command import sidekiq_gen, tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from live.roots import Variant


def installed(
    variant: Variant,
    folder: Path,
    *flags: str,
    gem: str = "",
    rspec: bool = True,
    there: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """What the command writes, or changes in files that are there, for the releases of the variant."""
    name, _, version = gem.partition(" ")
    repo = replace(
        RELEASES[TREES[variant.sidekiq[0]]],
        sidekiq=variant.sidekiq,
        rails=variant.rails,
        unique_jobs=None,
        rspec=rspec,
        gems={name: version} if version else {},
        files=dict(there),
    )
    root = repo.write(folder)
    if variant.unique_jobs:
        lockfile = root / "Gemfile.lock"
        line = f"    sidekiq-unique-jobs ({variant.unique_jobs})\n"
        lockfile.write_text(lockfile.read_text().replace("  specs:\n", f"  specs:\n{line}"), encoding="utf-8")
    before = tree(root)
    done = sidekiq_gen(root, "install", "--no-input", *flags)
    assert done.status == 0, done.err
    return {path: content.decode() for path, content in tree(root).items() if before.get(path) != content}
