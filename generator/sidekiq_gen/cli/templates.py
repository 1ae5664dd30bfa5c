"""``sidekiq-gen templates``: what is overridden; copies of built-in templates; the check of a pack."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import click
import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.decided import Decided
from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.given import given
from sidekiq_gen.cli.place import open_project, packed
from sidekiq_gen.cli.run import Runtime, document
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.rails.project import Project, Where, telling
from sidekiq_gen.settings import TEMPLATES
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.ruby.copies import Listed

EXAMPLES = """Examples:

\b
  sidekiq-gen templates
  sidekiq-gen templates copy common/patterns/row_lock
  sidekiq-gen templates check ./packs/acme
  sidekiq-gen templates check ./packs/acme --update
"""
ACTIONS = ("list", "copy", "check")


@dataclass(frozen=True)
class Copied:
    """Copies, planned; nothing is written yet."""

    plan: Plan
    notices: tuple[Notice, ...]


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="[list|copy|check]",
            click_type=click.Choice(ACTIONS),
            help="list: what is overridden, and by whom. copy: built-in templates into lib/templates/sidekiq_gen, to "
            "be changed there. check: render a pack, or the templates of the repo, in all that they can meet, have "
            "Ruby and RuboCop read the result, and compare it with their snapshots.",
        ),
    ] = "list",
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH|PACK]...",
            help="What is copied: templates or folders, common/job.rb.j2. What is checked: a folder, ./pack, or the "
            "name of an installed pack.",
        ),
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="List the built-in templates as well.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Write the snapshots that check compares with.")] = False,
    no_rubocop: Annotated[bool, typer.Option("--no-rubocop", help="Do not ask RuboCop.")] = False,
    force: options.Force = False,
    skip: options.Skip = False,
    pretend: options.Pretend = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
    templates: options.Templates = None,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """List, copy and check templates: those of this repo, and those of a pack.

    check exits with 4 when it finds something.
    """
    where = Where(root, lockfile, sidekiq_version)
    _refuse_stray(
        action,
        names,
        {"--all": everything, "--update": update, "--no-rubocop": no_rubocop, TEMPLATES.option: bool(templates)},
    )
    console = Console(sys.stdout, sys.stderr, quiet=quiet, json=json)
    if action == "check":
        from sidekiq_gen.cli.checks import run_check

        pack = names[0] if names else None
        return run_check(pack, where, console, update=update, rubocop=not no_rubocop, pretend=pretend)
    project = open_project(where)
    with telling(project.told):
        project = packed(project, given({TEMPLATES.parameter: templates}))
        read_defaults(project)
    if action == "copy":
        runtime = Runtime.of(
            Decided.of(force=force, skip=skip, overwrite=None, keep=None),
            pretend=pretend, quiet=quiet, no_input=False, json=json,
        )  # fmt: skip
        _copy(names or [], project, where, runtime, force=force, skip=skip)
    else:
        _list(project, console, everything=everything)
    return 0


# The options that only one of the actions takes.
_OWN = {"--all": "list", "--update": "check", "--no-rubocop": "check", TEMPLATES.option: "list"}


def _refuse_stray(action: str, names: list[str] | None, given: dict[str, bool]) -> None:
    stray = next((option for option, is_given in given.items() if is_given and _OWN[option] != action), None)
    if stray:
        raise InvalidInput(
            f"{stray} is for templates {_OWN[stray]}.", hint="See sidekiq-gen templates --help.", code="usage"
        )
    if action == "copy" and not names:
        raise InvalidInput(
            "The PATH of a template is missing.",
            hint="Say which: sidekiq-gen templates copy common/job.rb.j2; templates --all lists them.",
            code="usage",
        )
    if (action == "list" and names) or (action == "check" and len(names or ()) > 1):
        raise InvalidInput(
            f"templates {action} takes no more names.", hint="See sidekiq-gen templates --help.", code="usage"
        )


def _copy(names: list[str], project: Project, where: Where, runtime: Runtime, *, force: bool, skip: bool) -> None:
    import shlex

    from sidekiq_gen.changes.plan import plan_changes
    from sidekiq_gen.ruby.copies import copies

    made = Copied(plan_changes(project.app.root, copies(names), force=force, skip=skip), project.notices)
    line = shlex.join(["sidekiq-gen", "templates", "copy", *names, *where.words()])
    runtime.execute(made, document("templates copy", project.release, line), project.app, asked=False, announced=True)


def _list(project: Project, console: Console, *, everything: bool) -> None:
    from sidekiq_gen.ruby.copies import listed
    from sidekiq_gen.ruby.overrides import override_notices

    layers = project.app.layers
    found = listed(layers)
    notices = (*project.notices, *override_notices(layers))
    for notice in notices:
        console.notice(notice)
    if console.json:
        console.document(
            {
                "schema": 1,
                "command": "templates",
                "templates": [_described(one) for one in found],
                "notices": [notice.as_dict() for notice in notices],
            }
        )
    else:
        console.plain("\n".join(_lines(found, everything=everything)))


def _described(one: Listed) -> dict[str, object]:
    return {
        "path": one.path,
        "origins": list(one.origins),
        "place": one.place if one.overridden else None,
        "copied_from": one.copied_from or None,
    }


def _lines(found: list[Listed], *, everything: bool) -> Iterator[str]:
    """What is overridden, each with the file and whose it is; all the others where they were asked for."""
    shown = [one for one in found if everything or one.overridden]
    yield from (f"  {one.origins[0]:<10}{one.place}" for one in shown)
    if everything:
        return
    if shown:
        yield ""
    count = len(found) - len(shown)
    yield f"{'The other' if shown else 'Nothing is overridden: all'} {count} templates are built in; --all lists them."
    yield "To change one: sidekiq-gen templates copy PATH"
