"""Writes docs/settings.md from the keys that .sidekiq-gen.toml can have: `make docs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.check.configured import SETTINGS as CHECK
from sidekiq_gen.install.request import SETTABLE
from sidekiq_gen.job.defaults import settable_flags
from sidekiq_gen.rails.house.settings import HABITS
from sidekiq_gen.settings import Setting

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADINGS = {"house": "how jobs are written", "layout": "how Ruby is laid out", "spec": "how specs are written"}
PAGE = Path(__file__).with_name("settings.md")

HEAD = """# `.sidekiq-gen.toml`

A file at the root of the repo that sets for good how jobs and specs are written there, and flags that nobody has to
type. `make docs` writes this page.

`sidekiq-gen install --config` writes the file, and nothing else: what the repo shows of how it writes jobs, each with
its evidence as a comment. What an existing file sets is kept. It is planned like every other file: `--pretend`,
`--force`, `--skip`, a conflict without one of them.

```toml
[house]
directory = "app/workers" # 37 of 41 existing jobs
suffix = "Worker" # 37 of 41 existing jobs
quotes = "single"

[spec]
negation = "to_not"

[job]
queue = "low"
retry = 3
log-context = true
lock-scope = "session"

[install]
health-check = true

[check]
severity = "warning"
exclude = ["lib/legacy"]
```

## What goes before what

A flag that is typed goes before an answer to a question, an answer before this file, and the file before what the
repo shows: its jobs and specs, its linter's configuration. `sidekiq-gen info` shows each value with where it comes
from: `(.sidekiq-gen.toml)`.

`record = false`, above all tables, keeps `job` and `install` from noting what they write in `.sidekiq-gen.record`
(see `docs/upgrade.md`).

The keys of `[job]` and `[install]` are the flags of these commands, without `--`:

- a switch is `true` (`false` is the same as no line), a flag that can be given several times takes a list, and what is
  `5`, `true` or `false` on the command line needs no quotes;
- a flag that only says something about a safeguard (`lock-scope`) or a kind (`batch-size`) counts where the job has
  that safeguard or is of that kind;
- a safeguard that is set here is wanted for every job. Where it cannot be had, the job is refused, with the line of
  this file; `--without log-context` leaves it out for one job. On a terminal it is selected to begin with;
- `retry` and `retry-for` answer the same question: the one that is typed puts the other out of force.

The command line that is printed after a run has the values of the file in it.

An unknown table or key, and a value that makes no sense, end every command with exit code 2, the line, and what the
key takes: `invalid-settings`. `--lint` cannot be set: a repo should not be able to have its own code executed.
"""


def page() -> str:
    """The page as it should be."""
    parts = [HEAD.rstrip("\n")]
    for table, heading in HEADINGS.items():
        parts += [f"## `[{table}]`: {heading}", _table(habit.setting for habit in HABITS if habit.table == table)]
    parts += ["## `[job]`: flags of `sidekiq-gen job`", _table(map(Setting.of, settable_flags()))]
    parts += ["## `[install]`: flags of `sidekiq-gen install`", _table(map(Setting.of, SETTABLE))]
    parts += ["## `[check]`: what `sidekiq-gen check` tells", _table(CHECK)]
    return "\n\n".join(parts) + "\n"


def _table(settings: Iterable[Setting]) -> str:
    rows = (f"| `{one.name}` | {_cell(one.help)} | {_cell(one.allowed)} |" for one in settings)
    return "\n".join(["| key | says | takes |", "| --- | --- | --- |", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
