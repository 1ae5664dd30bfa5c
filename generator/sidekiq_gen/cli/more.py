"""Flags that no question asks about: they are there for whoever wants to change an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.cli import preview, widgets
from sidekiq_gen.cli.questions import completing
from sidekiq_gen.cli.talk import Line, Question
from sidekiq_gen.job import resolve
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.trial import named, problem, said, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.trial import Trial
    from sidekiq_gen.sourced import Sourced


def ask_for_more(asked: Answers, trial: Trial) -> dict[str, Sourced[Any]]:
    """What is said to a flag that nothing has been said to; empty where Esc was pressed, or it cannot be had.

    asked: all that was answered.
    """
    flags = {flag.option: flag for flag in _open_flags(asked, trial)}
    lines = [Line(option, f"{option}: {flag.help.partition('. ')[0]}") for option, flag in flags.items()]
    option = preview.pick(Question("more", "Which flag?", "one", lines=lambda: lines)) if lines else ""
    if not option:
        return {}
    flag = flags[option]
    parse = trial.judge(flag, asked)
    if flag.type == "switch":
        wrong = problem(parse, "")
        if wrong:
            widgets.aside(f"{wrong.message} {wrong.hint}")
        return {} if wrong else {flag.parameter: said(value=True)}
    question = Question(
        flag.parameter,
        flag.question or f"{option} {flag.metavar}".strip(),
        "one" if flag.choices else "text",
        parse=parse,
        lines=lambda: [Line(one, why_not=widgets.reason(parse, one)) for one in flag.choices],
        known=completing(flag, asked, trial.project.app),
    )
    reply = preview.pick(question)
    return {flag.parameter: said(value_of(flag, reply))} if reply else {}


def _open_flags(asked: Answers, trial: Trial) -> Iterator[Flag]:
    """The flags of any job, of its kind and of its safeguards to which nothing has been said."""
    kind = KIND_BY_NAME[resolve.context_of(asked, trial.project).kind]
    own = {flag for component in (kind, *named(asked)) for flag in component.flags}
    for flag in resolve.all_flags():
        if flag.parameter not in asked and (flag in own or flag in resolve.JOB_FLAGS) and not _excluded(flag, asked):
            yield flag


def _excluded(flag: Flag, asked: Answers) -> bool:
    """Whether it is decided before anything is asked, or something else answers the same question."""
    before = {FORM.parameter, "without", "templates"}
    return flag.parameter in before or (flag.parameter in {"retry", "retry_for"} and "retry" in asked)
