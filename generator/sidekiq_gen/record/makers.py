"""What renders here: this program, and whatever of the repo and of a pack it renders with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen import __version__

if TYPE_CHECKING:
    from sidekiq_gen.rails.app import RailsApp

# The tables that say something about every file; what [job] and [install] say is recorded as settings.
_TABLES = ("house", "layout", "spec")


def made_by(app: RailsApp) -> str:
    """The version of this program and, behind a plus, what stands for templates and settings of the repo and a pack.

    The built-in templates are those of the version. Equal words, and equal gems and answers, give equal texts as long
    as the repo shows the same. For example ``0.9.0``, or ``0.9.0+3f2a91c0d1e2``.
    """
    tables = {name: app.settings.tables[name] for name in _TABLES if app.settings.tables.get(name)}
    if not (tables or app.layers or app.pack):
        return __version__
    import json
    from hashlib import sha256

    declared = (app.pack.name, app.pack.attributes, app.pack.patterns) if app.pack else ()
    layers = [(layer.origin, layer.digest) for layer in app.layers]
    told = f"{json.dumps(tables, sort_keys=True, default=str)}\n{layers!r}\n{declared!r}"
    return f"{__version__}+{sha256(told.encode('utf-8', 'replace')).hexdigest()[:12]}"
