"""docs/capabilities.md: what each version of Sidekiq, and of the gems beside it, can do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pages.markdown import linked, table
from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.sidekiq.companions import COMPANIONS
from sidekiq_gen.sidekiq.gems import RAILS, SIDEKIQ, THROTTLED, UNIQUE_JOBS
from sidekiq_gen.sidekiq.throttled import PAIRINGS as THROTTLED_PAIRINGS
from sidekiq_gen.sidekiq.unique_jobs import PAIRINGS as UNIQUE_PAIRINGS
from sidekiq_gen.sidekiq.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.sidekiq.capability import Capability

LINES = ("6.0", "6.1", "6.2", "6.3", "6.4", "6.5", "7.0", "7.1", "7.2", "7.3", "8.0", "8.1")
HEAD = (
    "Each difference between versions that the generated code depends on has a name, a capability. Its range of "
    "versions was read in the source of the gem, and the link leads to the line. `sidekiq-gen info --json` prints for "
    "each capability whether it holds in your repo, and a template asks for it as `can.NAME` (see "
    "[templates.md](templates.md))."
)
MATRIX = (
    "“yes” and “no” hold for every release of a line. “from 6.5.2” means this release and later ones of the line, "
    "“before” means earlier ones only. A capability can also be something that only old releases do."
)
OTHERS = (
    "`sidekiq-gen job` refuses a pair outside these ranges if you ask for a unique lock or a throttle. In a range, the "
    "first version is included and the last is not."
)
GEMS = {SIDEKIQ: "Sidekiq", RAILS: "Rails", UNIQUE_JOBS: UNIQUE_JOBS, THROTTLED: THROTTLED}


def pages() -> dict[str, str]:
    """The page as it should be, by its path in docs."""
    return {"capabilities.md": "\n\n".join(_page()) + "\n"}


def _page() -> Iterator[str]:
    yield "# Capabilities"
    yield HEAD
    yield "## Sidekiq, by release line"
    yield MATRIX
    yield table(
        ("capability", *LINES), ((f"`{row.name}`", *(in_line(row, line) for line in LINES)) for row in _of(SIDEKIQ))
    )
    yield "## What each capability means"
    for gem, heading in GEMS.items():
        yield f"### {heading}"
        yield table(("capability", "versions", "what holds there", "source"), map(cells, _of(gem)))
    yield "## Versions that work together"
    yield OTHERS
    yield _pairings({UNIQUE_JOBS: UNIQUE_PAIRINGS, THROTTLED: THROTTLED_PAIRINGS})
    yield (
        "Other gems that depend on Sidekiq. [`sidekiq-gen upgrade --to VERSION`](upgrade.md) reports a version of one "
        "that does not work with the target."
    )
    yield table(
        ("gem", "with Sidekiq", "needs", "Gemfile", "source"),
        (
            (f"`{one.gem}`", f"`{one.sidekiq}`", f"`{one.works}`", f'`gem "{one.gem}", "{one.line}"`', one.source)
            for one in COMPANIONS
        ),
    )


def _of(gem: str) -> Iterable[Capability]:
    return (row for row in TABLE if row.gem == gem)


def cells(row: Capability) -> tuple[str, str, str, str]:
    """Its name, the versions that have it, what holds there, and a link to the source."""
    versions = " or ".join(f"`{versions}`" for versions in row.versions)
    return f"`{row.name}`", versions, row.summary, linked(row.source).split(" ", 2)[2]


def in_line(row: Capability, line: str) -> str:
    """Whether the releases of a line such as 6.5 have it: yes, no, or from which or before which they do."""
    bounds = {Version(bound) for versions in row.versions for bound in re.findall(r"[\d.]+", versions)}
    first, after = Version(line), Version(f"{line}.999")
    said, holds = [], row.holds_for(first)
    at_first = holds
    for bound in sorted(bound for bound in bounds if first < bound <= after):
        if row.holds_for(bound) != holds:
            holds = not holds
            said.append(f"{'from' if holds else 'before'} {bound}")
    return ", ".join(said) or ("yes" if at_first else "no")


def _pairings(of_gems: dict[str, tuple[tuple[str, str, str], ...]]) -> str:
    rows = [
        (f"`{gem}`", f"from {since}", f"`>={low},<{high}`")
        for gem, pairings in of_gems.items()
        for since, low, high in pairings
    ]
    return table(("gem", "version", "with Sidekiq"), rows)
