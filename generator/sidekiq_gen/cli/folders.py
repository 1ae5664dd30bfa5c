"""What ``sidekiq-gen info`` says about where constants are loaded from, where that is not as Rails has it by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.rails.app import RailsApp

# So many are named; the others are counted.
SHOWN = 6


def rows(app: RailsApp) -> Iterator[tuple[str, str]]:
    """The lines for people."""
    units = app.repo.unit_sources
    if units:
        yield "Parts", _listed([unit.rstrip("/") for unit in units], tuple(units.values()))
    further = [folder for folder in _folders(app) if folder["source"]]
    if [folder["folder"] for folder in further] not in ([], ["lib"]):  # which a new app of Rails has as well
        yield "Also loaded from", _listed([_named(one) for one in further], [one["source"] for one in further])
    inside = [_named(folder) for folder in _folders(app) if folder["namespace"] and not folder["source"]]
    if inside:
        yield "Folder namespaces", _listed(inside, ["as the files in it say"])
    collapsed = sorted(app.repo.autoload.settings.collapsed)
    if collapsed:
        yield "Collapsed folders", ", ".join(collapsed)


def document(app: RailsApp) -> dict[str, object]:
    """The same for programs."""
    return {
        "parts": [unit.rstrip("/") for unit in app.repo.unit_sources],
        "further": [folder for folder in _folders(app) if folder["source"] or folder["namespace"]],
        "collapsed": sorted(app.repo.autoload.settings.collapsed),
    }


def _folders(app: RailsApp) -> list[dict[str, str]]:
    return [
        {"folder": root.folder, "namespace": app.constants.name_of(root.namespace), "source": root.source}
        for root in app.repo.autoload.roots
    ]


def _named(folder: dict[str, str]) -> str:
    """A folder with its namespace: ``lib/reporting as Reporting``."""
    return f"{folder['folder']} as {folder['namespace']}" if folder["namespace"] else folder["folder"]


def _listed(names: Sequence[str], sources: Sequence[str]) -> str:
    """The first few, how many more there are, and what says so."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more} ({', '.join(dict.fromkeys(sources))})"
