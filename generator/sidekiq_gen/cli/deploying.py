"""What `rename` and `argument` do with what they have planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.cli.decided import Decided
from sidekiq_gen.cli.run import NEXT, After, Runtime, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.deploys.planning import Planned
    from sidekiq_gen.rails.project import Project, Where


def carry_out(
    planned: Planned,
    project: Project,
    where: Where,
    words: Sequence[str],
    *,
    pretend: bool,
    quiet: bool,
    no_input: bool,
    json: bool,
) -> int:
    """Show it, write it, say what comes next; returns the exit status. words: of the command line, with its name."""
    from shlex import join

    runtime = Runtime.of(Decided(), pretend=pretend, quiet=quiet, no_input=no_input, json=json)
    line = join(["sidekiq-gen", *words, *where.words(), "--no-input"])
    told = document(words[0], project.release, line, class_name=planned.class_name)

    def after(plan: Plan) -> After:
        texts = tuple(text for _, text in planned.then)
        shown = ((NEXT, texts),) if plan.changes and texts and not pretend else ()
        return After(shown, {"next": [{"name": name, "text": text} for name, text in planned.then]})

    for notice in project.notices:
        runtime.console.notice(notice)
    runtime.execute(planned, told, project.app, asked=False, after=after)
    return 0
