"""The text of ``.sidekiq-gen.toml``: what the repo shows of how it writes jobs, each with its evidence as a comment."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sidekiq_gen.changes.plan import Plan, plan_changes
from sidekiq_gen.rails.house.neighbours import NewJob
from sidekiq_gen.rails.house.settings import HABITS
from sidekiq_gen.settings import FILE, RECORD
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.style import Layout
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.house.conventions import Conventions
    from sidekiq_gen.rails.house.settings import Habit
    from sidekiq_gen.rails.project import Project

HEAD = """# How sidekiq-gen writes jobs in this repo, and its flags where they are left out.
# A key goes before what the repo shows; without it, or with # before it, the repo is looked at. Behind each stands
# what the repo showed when this was written."""
FLAGS_HEAD = """# Flags of "sidekiq-gen job", by their names: log-context = true, backtrace = 20.
# A flag that is typed goes before them, and --without log-context leaves one out."""


@dataclass(frozen=True)
class Configuration:
    """The file, rendered and planned; nothing is written yet."""

    plan: Plan
    notices: tuple[Notice, ...]


def generate_config(project: Project, *, force: bool = False, skip: bool = False) -> Configuration:
    """Render the file and plan it like any other.

    Raises:
        InvalidInput, Refused: what is there makes no sense, or cannot be read.
    """
    text = render_config(project.app)
    return Configuration(plan_changes(project.app.root, [(FILE, text)], force=force, skip=skip), project.notices)


def render_config(app: RailsApp) -> str:
    """The whole file. What an existing one sets is kept, and the evidence is that of the repo alone."""
    tables = {habit.table: [f"[{habit.table}]"] for habit in HABITS}
    shown = _shown(app)
    for habit in HABITS:
        tables[habit.table] += _habit(habit, app, shown[habit.table].get(habit.field, Sourced(None, "default")))
    kept = [] if app.settings.record else [f"{RECORD.name} = false"]
    parts = [
        HEAD,
        *kept,
        *("\n".join(lines) for lines in tables.values()),
        "\n".join(["[job]", FLAGS_HEAD, *_flags(app)]),
    ]
    install = app.settings.tables.get("install", {})
    if install:
        parts.append("\n".join(["[install]", *(f"{name} = {_toml(value)}" for name, value in install.items())]))
    return "\n\n".join(parts) + "\n"


def _shown(app: RailsApp) -> Mapping[str, Mapping[str, Sourced[Any]]]:
    """What the repo shows of each habit, by table and field."""
    layout, wrapper = app.layout_votes, app.wrapper_in_use
    called = Sourced(f"{wrapper.receiver}.{wrapper.method}", "repo", "what is in use") if wrapper else None
    return {
        "house": {**vars(app.votes), "error_wrapper": called or Sourced("", "default")},
        "layout": {one.name: layout.seen.get(one.name, Sourced(one.default, "default")) for one in fields(Layout)}
        | {"width": layout.width},
        "spec": vars(app.spec_votes) if app.spec_votes else {},
    }


def _habit(habit: Habit, app: RailsApp, shown: Sourced[Any]) -> Iterator[str]:
    """What one habit says, then its value with the evidence: as a comment where the repo shows none, or several."""
    name = habit.setting.name
    own = app.settings.tables.get(habit.table, {})
    seen = habit.written(shown.value)
    value = own.get(name, seen)
    yield f"# {habit.setting.help}"
    if value is None:
        yield f"# {name}: {habit.setting.allowed}"
        return
    evidence = shown.reason or "the default"
    if value != seen:
        evidence = f"{_toml(seen)}: {evidence}" if shown.reason else "the repo shows none"
    others = (getattr(one, habit.field, shown) for one in _of_groups(app)) if habit.table == "house" else ()
    differs = any(other.value != shown.value for other in others)
    evidence += "; some groups of jobs differ" if differs else ""
    yield f"{'' if name in own or (shown.reason and not differs) else '# '}{name} = {_toml(value)} # {evidence}"


def _of_groups(app: RailsApp) -> Iterator[Conventions]:
    """The habits for jobs of each namespace, with and without arguments."""
    for namespaces in sorted({(), *(job.namespaces for job in app.job_files)}):
        for takes_arguments in (True, False):
            yield app.votes_for(NewJob(namespaces, (), takes_arguments, bare=not takes_arguments))


def _flags(app: RailsApp) -> Iterator[str]:
    """The flags that are set, then as comments those that the repo shows: each job chooses anew."""
    own = app.settings.tables.get("job", {})
    yield from (f"{name} = {_toml(value)}" for name, value in own.items())
    shown: dict[str, Sourced[Any]] = {
        "queue": app.votes.queue,
        "retry": app.votes.retry,
        "on-missing": app.votes.on_missing,
    }
    for name, usual in shown.items():
        if name not in own and usual.value:
            yield f"# {name} = {_toml(usual.value)} # {usual.reason}"


def _toml(value: object) -> str:
    """A value of a key, as TOML."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
