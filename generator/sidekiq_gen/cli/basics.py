"""What is asked about any job: its kind and model, its arguments, its retries."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from sidekiq_gen import naming
from sidekiq_gen.cli import widgets
from sidekiq_gen.cli.questions import ask_for_one_of
from sidekiq_gen.cli.talk import Flow, Line, Question
from sidekiq_gen.durations import written
from sidekiq_gen.flags import answer
from sidekiq_gen.job import resolve
from sidekiq_gen.job.guess import guess_model
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME, KINDS
from sidekiq_gen.job.known import values_of
from sidekiq_gen.job.retries import RETRY_FOR, usual_retries
from sidekiq_gen.job.trial import Trial, items, said, value_of
from sidekiq_gen.near import did_you_mean

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sourced import Sourced

QUESTIONS = {flag.parameter: flag.question for flag in resolve.JOB_FLAGS}


def is_open(parameter: str, asked: Answers) -> bool:
    """Whether something is to be asked although the settings may have a default for it."""
    return parameter not in asked or asked[parameter].origin == "settings"


def ask_for_model(asked: dict[str, Sourced[Any]], trial: Trial) -> Flow[None]:
    """Ask for the kind, and for the model where that kind has one."""
    if not trial.asks_for_model(asked):
        return
    app = trial.project.app
    name = naming.parse_job_name(answer(asked, "name"), suffix="", acronyms=app.acronyms)
    guessed = guess_model(name, app)
    if "kind" not in asked:
        parse = trial.of("kind", asked)

        @cache
        def lines() -> list[Line]:
            return [Line(kind.name, f"{kind.name}: {kind.summary}", widgets.reason(parse, kind.name)) for kind in KINDS]

        offered = "record" if guessed else "plain"
        asked["kind"] = said((yield Question("kind", QUESTIONS["kind"], "one", offered, lines=lines)))
    about = KIND_BY_NAME[answer(asked, "kind")].about
    if about != "nothing":
        guessed = guessed or guess_model(name, app, rows=about == "rows")
        offered = guessed.name if guessed else ""
        question = Question(
            "model",
            QUESTIONS["model"],
            offered=offered,
            parse=trial.of("model", asked),
            remark=lambda model: _unknown_model(model, app),
        )
        model = yield from ask_for_one_of(question, app.models)
        asked["model"] = said(model)


def _unknown_model(model: str, app: RailsApp) -> str:
    """What is said at once of a model that the repo does not have; empty where it has it."""
    if app.model_file(model) or not app.models:
        return ""
    return f"{model} is not a model of this repo. {did_you_mean(model, app.models)} Esc asks again.".replace("  ", " ")


def ask_for_arguments(asked: dict[str, Sourced[Any]], trial: Trial) -> Flow[None]:
    """Ask for the arguments of perform; that of the record is there already."""
    if "arguments" in asked:
        return
    record = resolve.context_of(asked, trial.project).record
    besides = f" besides {record.parameter}" if record else ""
    known = dict(asked)

    def parse(text: str) -> None:
        trial.run({**known, "arguments": said(items(text))} if text else known)

    text = f"Which arguments does perform take{besides}? (amount:decimal, since:date; empty for none)"
    typed = yield Question(
        "arguments", text, parse=parse, known=lambda: values_of("arguments", known, trial.project.app)
    )
    if typed:
        asked["arguments"] = said(items(typed))


def ask_for_retries(asked: dict[str, Sourced[Any]], trial: Trial) -> Flow[None]:
    """Ask how often a failed job is tried again; a length of time says for how long."""
    if not is_open("retry", asked) or not is_open("retry_for", asked):
        return

    def read(text: str) -> dict[str, Sourced[Any]]:
        if re.fullmatch(r"[0-9]+[smhd]", text):
            return {RETRY_FOR.parameter: said(value_of(RETRY_FOR, text))}
        return {"retry": said(text)}

    can = trial.project.release.capabilities.retry_for
    question = QUESTIONS["retry"] + (" (or for how long: 30m, 2h, 1d)" if can else "")
    seconds = answer(asked, "retry_for")
    usual = usual_retries(trial.project.app, resolve.context_of(asked, trial.project).house)
    offered = str(written(seconds) if seconds else answer(asked, "retry", usual))
    for parameter in ("retry", "retry_for"):
        asked.pop(parameter, None)
    known = dict(asked)
    asked |= read(
        (yield Question("retry", question, offered=offered, parse=lambda text: trial.run({**known, **read(text)})))
    )
