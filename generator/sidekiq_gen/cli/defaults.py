"""What ``.sidekiq-gen.toml`` sets, held against what every command knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.cli.place import packed
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.defaults import Defaults
from sidekiq_gen.rails.house.layout import WIDTH
from sidekiq_gen.rails.house.settings import HABIT_TABLES, HABITS, read_habits
from sidekiq_gen.settings import FILE, TEMPLATES
from sidekiq_gen.style import Layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project

# The lines of `info` about what a flag can set, by the key of that flag.
_LINES = {"Retries": "retry", "Missing records": "on-missing"}


def read_defaults(project: Project) -> Defaults:
    """What the file sets for the flags of a job; the rest of the file is only looked at.

    Raises:
        InvalidInput: something in the file makes no sense. Refused: it cannot be read.
    """
    file = project.app.settings
    for table in HABIT_TABLES:
        read_habits(file, table)
    if "install" in file.tables:
        from sidekiq_gen.install.request import with_defaults

        with_defaults({}, file)
    if "check" in file.tables:
        from sidekiq_gen.check.configured import SETTINGS

        file.read("check", SETTINGS)
    return Defaults.read(file, _pack_of_the_file(project)).under(project.app.pack)


def _pack_of_the_file(project: Project) -> Pack | None:
    """The pack that the file names, whose flags are keys of it; that of the project where another one was typed."""
    if TEMPLATES.parameter not in project.app.settings.tables.get("job", {}):
        return project.app.pack
    try:
        return packed(project, {}).app.pack
    except (InvalidInput, Refused):
        if project.app.pack is None:
            raise
        return project.app.pack


def with_flags_of_the_file(rows: Iterable[tuple[str, str]], project: Project) -> list[tuple[str, str]]:
    """The lines of ``info``, with what the file sets for the flags of a job."""
    set_here = project.app.settings.tables.get("job", {})
    shown = [
        (label, f"{str(set_here[key]).lower()} ({FILE})" if (key := _LINES.get(label, "")) in set_here else text)
        for label, text in rows
    ]
    if set_here:
        flags = (name if value is True else f"{name} {_listed(value)}" for name, value in set_here.items())
        shown.append(("Flags of job", f"{', '.join(flags)} ({FILE})"))
    return shown


def layout_rows(app: RailsApp) -> Iterator[tuple[str, str]]:
    """The line of ``info`` about the layout: what is set, and what is not as it is by default, with its evidence."""
    seen, usual = {**app.layout.seen, "width": app.layout.width}, {**vars(Layout()), "width": WIDTH}
    told = [
        f"{habit.setting.name} {_listed(habit.written(said.value))} ({said.reason})"
        for habit in HABITS
        if habit.table == "layout" and (said := seen.get(habit.field))
        if said.origin == "settings" or said.value != usual[habit.field]
    ]
    if told:
        yield "Layout", ", ".join(told)


def _listed(value: object) -> str:
    return (
        " ".join(map(str, value))
        if isinstance(value, list)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
