"""The only asker: what the flags left open, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen import naming
from sidekiq_gen.cli import preview, widgets
from sidekiq_gen.cli.basics import QUESTIONS, ask_for_arguments, ask_for_model, ask_for_retries, is_open
from sidekiq_gen.cli.more import ask_for_more
from sidekiq_gen.cli.questions import (
    ask_about_the_house,
    ask_about_the_kind,
    ask_for_one_of,
    ask_for_options,
    ask_for_the_work,
)
from sidekiq_gen.cli.safeguards import ask_about, ask_for_patterns
from sidekiq_gen.cli.talk import Conversation, Flow, Line, Question
from sidekiq_gen.errors import InvalidInput, Quit, Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job import resolve
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.defaults import NO_DEFAULTS, Defaults
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.kinds.record import implied
from sidekiq_gen.job.pipeline import unfinished_line
from sidekiq_gen.job.trial import Trial, named, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.pipeline import Generated
    from sidekiq_gen.rails.project import Project, Where
    from sidekiq_gen.sourced import Sourced

_MORE = "--"
_KEYS = "Enter accepts what is offered, Esc goes back one question, q quits and changes nothing."


def ask_for_job(
    answers: Answers,
    project: Project,
    console: Console,
    defaults: Defaults = NO_DEFAULTS,
    *,
    make: Callable[[Answers], Generated],
    where: Where,
    force: bool = False,
) -> tuple[Answers, Generated]:
    """Complete the answers, show what comes of them, and have it confirmed; flags are not asked for again.

    make: generates the job; what it refuses is said, and the question that it is about is asked again.
    defaults: what the settings say in place of flags; queue, retries and patterns are asked for all the same.
    force: whether a class of the same name elsewhere does not matter.

    Raises:
        InvalidInput, Refused: a flag asks for what cannot be had, whatever the answers are.
        Quit: somebody typed q or Ctrl-D; its hint is the command line that goes on from there.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    trial = Trial(project, force=force)
    given = dict(answers) | {
        pattern.flags[0].parameter: said(value=True)
        for pattern in named(answers, project.app.pack)
        if pattern.flags[0].type == "switch" and pattern.flags[0].parameter not in answers
    }
    defaults.attempt(trial.run, given)
    interview = Interview(given, trial, defaults)
    with widgets.on_the_terminal():
        console.aside(widgets.fitting(f"Sidekiq {project.release.text}. {_KEYS}"))
        try:
            return interview.until_confirmed(make, console)
        except (Quit, KeyboardInterrupt) as error:
            line = unfinished_line(interview.asked, where, project.app.pack)
            if isinstance(error, Quit):
                raise widgets.quitting(line) from None
            if line:
                console.aside(f"\nTo go on later: {line}")
            raise


class Interview:
    """One conversation about a job; asked: the answers so far."""

    def __init__(self, given: Answers, trial: Trial, defaults: Defaults) -> None:
        self.asked: dict[str, Sourced[Any]] = dict(given)
        self._given, self._trial, self._defaults = dict(given), trial, defaults
        self._talk = Conversation(self._questions, widgets.ask)

    def until_confirmed(self, make: Callable[[Answers], Generated], console: Console) -> tuple[Answers, Generated]:
        """Ask, show, and start over from whatever somebody wants to change."""
        while True:
            try:
                answers = self._talk.run()
                made = make(answers)
            except (InvalidInput, Refused) as error:
                if not self._talk.path:
                    raise
                console.aside(widgets.fitting(f"{error.message} {error.hint}"))
                self._talk.reopen(self._is_about(error))
                continue
            wanted = preview.confirm(made, console)
            if wanted == "yes":
                return answers, made
            if wanted == "back":
                self._talk.back()
            else:
                self._change()

    def _change(self) -> None:
        """Have somebody say which answer is to be another one."""
        replies = {one.key: widgets.shown(self._talk.replies[one.key]) for one in self._talk.path}
        lines = [Line(one.key, f"{one.text} {replies[one.key]}") for one in self._talk.path]
        lines.append(Line(_MORE, "what was not asked: --dir, --test ..."))
        picked = preview.pick(Question("change", "Which answer is to be another one?", "one", lines=lambda: lines))
        if picked == _MORE:
            self._given |= ask_for_more(self.asked, self._trial)
        elif picked:
            self._talk.reopen(picked)

    def _is_about(self, error: InvalidInput | Refused) -> str:
        """The question that a refusal is about: the last one whose flag it names, else the last one."""
        keys = [one.key for one in self._talk.path]
        about = [key for key in keys if f"--{key.replace('_', '-')} " in f"{error.message} "]
        flags = {pattern.flags[0].option for pattern in named(self.asked, self._trial.project.app.pack)}
        if not about and "safeguards" in keys and any(f"{flag} " in f"{error.message} " for flag in flags):
            return "safeguards"
        return (about or keys)[-1]

    def _questions(self) -> Flow[Answers]:
        """Everything that is open about the job, in order."""
        self.asked = asked = dict(self._given)
        trial, project, defaults = self._trial, self._trial.project, self._defaults
        app = project.app
        if "name" not in asked:
            asked["name"] = said(
                (
                    yield Question(
                        "name", "What is the job called?", parse=trial.of("name", asked), remark=self._is_there
                    )
                )
            )
        yield from ask_for_model(asked, trial)
        yield from ask_for_arguments(asked, trial)
        if is_open("queue", asked):
            usual = answer(asked, "queue") or app.queue_for(resolve.context_of(asked, project).house).name.value
            known = tuple(dict.fromkeys((*app.queues, usual)))
            question = Question("queue", QUESTIONS["queue"], offered=usual, parse=naming.parse_queue)
            queue = yield from ask_for_one_of(question, known)
            asked["queue"] = said(queue)
        yield from ask_for_retries(asked, trial)
        yield from ask_for_options(asked, trial)
        yield from ask_about_the_house(asked, trial)
        context = resolve.context_of(asked, project)
        self.asked = asked = {**defaults.complete(asked, project)}
        yield from ask_about_the_kind(KIND_BY_NAME[context.kind], asked, context, trial)
        context = resolve.context_of_the_work(asked, project)
        yield from ask_for_the_work(asked, context, trial)
        patterns = yield from ask_for_patterns(implied(asked), context, app)
        self.asked = asked = {**defaults.complete(defaults.but(patterns, asked), project)}
        for pattern in patterns:
            yield from ask_about(pattern, asked, context, trial)
        return asked

    def _is_there(self, name: str) -> str:
        """What is to be said at once about a name: that there is such a file already."""
        context = resolve.context_of({**self._given, "name": said(name)}, self._trial.project)
        path = f"{context.directory}/{context.name.file_stem}.rb"
        there = (self._trial.project.app.root / path).exists()
        return f"{path} is there already: you will be asked whether to overwrite it." if there else ""


def ask_for_form(answers: Answers, project: Project) -> Answers:
    """The answers, with what the job is to be where the jobs of the repo are divided on that.

    Raises:
        Quit: somebody typed q or Ctrl-D.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    habit = project.app.form_habit
    if FORM.parameter in answers or not habit.near:
        return answers
    lines = [Line(one, f"{one}: {line}") for one, line in FORM.explained.items()]
    question = Question("form", f"{FORM.question} ({habit.form.reason})", "one", habit.form.value, lines=lambda: lines)
    with widgets.on_the_terminal():
        return {**answers, FORM.parameter: said(preview.first(question))}


def ask_for_install(answers: Answers, project: Project, console: Console) -> Answers:
    """Ask the one thing that install leaves open, unless a flag has said it.

    Raises:
        Quit: somebody typed q or Ctrl-D.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    from sidekiq_gen.install.request import FLAGS

    health_check, *further = FLAGS
    if any(flag.parameter in answers for flag in (health_check, *further)):
        return answers
    with widgets.on_the_terminal():
        console.aside(widgets.fitting(f"Sidekiq {project.release.text}. q quits and changes nothing."))
        wanted = preview.first(Question("health_check", health_check.question, "yes", "no"))
    return {**answers, health_check.parameter: said(wanted == "yes")}
