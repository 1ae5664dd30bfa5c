"""Questions on a terminal that cannot move its cursor: one line asks, one line answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sidekiq_gen.cli import widgets
from sidekiq_gen.cli.talk import Back
from sidekiq_gen.job.trial import items, problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.cli.talk import Line, Question, Reply

_BACK = "<"


def ask(question: Question, offered: Reply) -> Reply:
    """Put a question, again until its reply can be had; Enter alone gives what is offered.

    Raises:
        Back: ``<`` was typed. Quit: q was typed, or the input has ended.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    lines = question.lines()
    choosable = [line for line in lines if line.value and not line.why_not]
    numbers = {line.value: str(number) for number, line in enumerate(choosable, 1)}
    for line in () if question.form == "yes" else lines:
        widgets.aside(_written(line, numbers))
    while True:
        reply = _read(question, offered, choosable)
        wrong = problem(question.parse, reply) if question.form in {"text", "several"} else None
        if wrong is None and (question.form == "text" or question.holds(reply)):
            return reply
        widgets.aside(f"{wrong.message} {wrong.hint}" if wrong else f"{widgets.shown(reply)} is none of them.")


def _read(question: Question, offered: Reply, lines: Sequence[Line]) -> Reply:
    how = {"several": "several with commas, or none; ", "yes": "yes or no"}.get(question.form, "")
    words = [*([how] if how else []), *(line.title for line in lines if question.form == "yes")]
    widgets.aside(f"? {question.text} ({', '.join([*words, 'Enter: ' + (widgets.shown(offered) or 'nothing')])})")
    typed = sys.stdin.readline()
    if not typed or typed.strip() in widgets.LEAVES:
        raise widgets.quitting()
    text = typed.strip()
    if text == _BACK:
        raise Back
    if not text:
        return offered
    if question.form == "text":
        return text
    named = {str(number): line.value for number, line in enumerate(lines, 1)} | {"y": "yes", "n": "no"}
    if question.form == "yes":
        named |= {line.value[0]: line.value for line in lines}
    if question.form == "several":
        return [] if text == "none" else [named.get(one, one) for one in items(text)]
    return named.get(text, text)


def _written(line: Line, numbers: dict[str, str]) -> str:
    shown = line.title or line.value
    if not line.value:
        return shown
    mark = "* " if line.ticked else ""
    return f"- {shown} ({line.why_not})" if line.why_not else f"{numbers[line.value]}) {mark}{shown}"
