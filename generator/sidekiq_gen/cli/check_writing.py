"""``sidekiq-gen check --write-baseline`` and ``--fix``: what `check` writes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sidekiq_gen.changes.plan import Plan, plan_changes
from sidekiq_gen.check.baseline import text_of
from sidekiq_gen.check.fixing import fix
from sidekiq_gen.check.prints import prints_of
from sidekiq_gen.check.report.document import document as of_report
from sidekiq_gen.cli.run import After, Runtime, document
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.check.report.report import Report
    from sidekiq_gen.check.selection import Selection
    from sidekiq_gen.cli.checked import Run


@dataclass(frozen=True)
class Made:
    """Files, planned; nothing is written yet."""

    plan: Plan
    notices: tuple[Notice, ...]


def write_baseline(run: Run, selection: Selection, runtime: Runtime, words: Sequence[str]) -> None:
    """Have all that is found now be known from now on. words: what the command line has said besides.

    Raises:
        InvalidInput: only a part of the repo, or of the rules, was asked for (``usage``).
    """
    if not selection.is_everything:
        raise InvalidInput(
            "--write-baseline writes down everything that is found: it goes with no PATH, --only or --severity.",
            hint="[check] in .sidekiq-gen.toml is where these can be set for good.",
            code="usage",
        )
    project = run.project
    text = text_of(run.wanted, prints_of(run.wanted, project.app.repo))
    plan = plan_changes(project.app.root, [(selection.baseline, text)], force=True, skip=False)
    made = Made(plan, (*project.notices, *project.app.repo.notices()))
    for notice in made.notices:
        runtime.console.notice(notice)
    line = shlex.join(["sidekiq-gen", "check", "--write-baseline", *words])
    count = len(run.wanted)
    remark = ("baseline", [f"{count} finding{'' if count == 1 else 's'} will not be told again."])
    runtime.execute(
        made,
        document("check", project.release, line),
        project.app,
        asked=False,
        after=lambda _: After((remark,), {"baseline": count}),
        preview=False,
        announced=True,
    )


def write_fixes(run: Run, runtime: Runtime, words: Sequence[str]) -> bool:
    """Make the rewrites that are certain, once they were shown and confirmed where somebody is there to do so.

    words: what the command line has said besides. Returns whether there was anything to write.
    """
    project = run.project
    done = fix(run.report.findings, run.files, project.app, run.rules, run.context)
    kept = tuple(
        Notice("not-fixed", f"{path} is left as it is: the rewrite does not do what it should.", "Change it by hand.")
        for path in done.kept
    )
    if not done.texts:
        for notice in kept:
            runtime.console.notice(notice)
        return False
    texts = [(path, text.decode("utf-8", "surrogateescape")) for path, text in sorted(done.texts.items())]
    left = replace(run.report, findings=tuple(one for one in run.report.findings if one not in done.fixed))
    notices = (*project.notices, *project.app.repo.notices(), *run.notices, *kept, *_left(left))
    plan = plan_changes(project.app.root, texts, force=True, skip=False)
    line = shlex.join(["sidekiq-gen", "check", "--fix", *words])
    count = len(done.fixed)
    remark = ("fixed", [f"{count} finding{'' if count == 1 else 's'}."])
    told = {**of_report(left), "fixed": count}
    runtime.execute(
        Made(plan, notices),
        document("check", project.release, line, **told),
        project.app,
        asked=False,
        after=lambda _: After((remark,), {}),
    )
    return True


def _left(report: Report) -> tuple[Notice, ...]:
    if not report.findings:
        return ()
    count = len(report.findings)
    said = "1 finding is" if count == 1 else f"{count} findings are"
    return (Notice("still-found", f"{said} left that cannot be put right like that.", "sidekiq-gen check tells them."),)
