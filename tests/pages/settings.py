"""docs/settings.md: settings.in.md, and the keys that .sidekiq-gen.toml can have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pages.markdown import table
from sidekiq_gen.check.configured import SETTINGS as CHECK
from sidekiq_gen.install.request import SETTABLE
from sidekiq_gen.job.defaults import settable_flags
from sidekiq_gen.rails.house.settings import HABITS
from sidekiq_gen.settings import Setting

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADINGS = {"house": "how jobs are written", "layout": "how Ruby is laid out", "spec": "how specs are written"}
FRAME = Path(__file__).parents[2] / "docs/settings.in.md"


def pages() -> dict[str, str]:
    """The page as it should be, by its path in docs."""
    parts = [FRAME.read_text(encoding="utf-8").rstrip("\n")]
    for name, heading in HEADINGS.items():
        parts += [f"## `[{name}]`: {heading}", _keys(habit.setting for habit in HABITS if habit.table == name)]
    parts += ["## `[job]`: flags of `sidekiq-gen job`", _keys(map(Setting.of, settable_flags()))]
    parts += ["## `[install]`: flags of `sidekiq-gen install`", _keys(map(Setting.of, SETTABLE))]
    parts += ["## `[check]`: what `sidekiq-gen check` reports", _keys(CHECK)]
    return {"settings.md": "\n\n".join(parts) + "\n"}


def _keys(settings: Iterable[Setting]) -> str:
    return table(("key", "meaning", "value"), ((f"`{one.name}`", one.help, one.allowed) for one in settings))
