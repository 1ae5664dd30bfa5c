"""A repo that is only there for what its linter says."""

from __future__ import annotations

from pathlib import Path

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.lockfile import parse_lockfile

ALL = "rubocop rubocop-rails rubocop-rspec rubocop-performance"


def app(root: Path, gems: str = ALL, **files: str) -> RailsApp:
    """A repo with gems (``name=version``, a ``!`` where the Gemfile asks for it) and files; ``__`` is a slash."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    named = [gem.partition("=") for gem in gems.split()]
    specs = "".join(f"    {name.rstrip('!')} ({version or '9.0.0'})\n" for name, _, version in named)
    direct = "".join(f"  {name.rstrip('!')}\n" for name, _, _ in named if name.endswith("!"))
    return RailsApp(root, parse_lockfile(f"GEM\n  specs:\n{specs}\nDEPENDENCIES\n{direct}", Path("Gemfile.lock")))
