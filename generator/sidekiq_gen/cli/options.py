"""Options that several commands share, and how a flag of the catalogue becomes one of typer's."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from sidekiq_gen.cli.plain import LISTS, PATHS, SWITCHES, TEXTS
from sidekiq_gen.durations import parse_duration
from sidekiq_gen.settings import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sidekiq_gen.flags import Flag

_ROOT_HELP = "The repo [default: the nearest folder at or above this one with a lockfile]."

Root = Annotated[Path | None, typer.Option(PATHS["root"], metavar="DIR", help=_ROOT_HELP)]
Lockfile = Annotated[
    Path | None,
    typer.Option(PATHS["lockfile"], metavar="FILE", help="The lockfile [default: Gemfile.lock, else gems.locked]."),
]
SidekiqVersion = Annotated[
    str | None,
    typer.Option(TEXTS["sidekiq_version"], metavar="VERSION", help="Write for this Sidekiq instead of the locked one."),
]
Templates = Annotated[
    str | None, typer.Option(TEMPLATES.option, metavar=TEMPLATES.metavar, help=TEMPLATES.help, show_default=False)
]
From = Annotated[
    str | None,
    typer.Option(
        TEXTS["listed"],
        metavar="FILE",
        help="Write all jobs of a list in TOML, or none of them: [[job]] tables with a name, arguments and these flags "
        "as keys; - reads standard input.",
    ),
]
Force = Annotated[bool, typer.Option(*SWITCHES["force"], help="Overwrite what is there.")]
Skip = Annotated[bool, typer.Option(*SWITCHES["skip"], help="Keep what is there.")]
Overwrite = Annotated[
    list[str] | None,
    typer.Option(LISTS["overwrite"], metavar="PATH", help="Overwrite this file. May be given several times."),
]
Keep = Annotated[
    list[str] | None,
    typer.Option(LISTS["keep"], metavar="PATH", help="Keep this file, also with --force. May be given several times."),
]
Pretend = Annotated[
    bool, typer.Option(*SWITCHES["pretend"], help="Print what would happen, with a diff; write nothing.")
]
Quiet = Annotated[bool, typer.Option(*SWITCHES["quiet"], help="Print no statuses, ask nothing.")]
NoInput = Annotated[bool, typer.Option(*SWITCHES["no_input"], help="Ask nothing.")]
Lint = Annotated[
    bool,
    typer.Option(
        *SWITCHES["lint"], help="Run the repo's own RuboCop or Standard over what was written: this executes its code."
    ),
]
LintFix = Annotated[
    bool,
    typer.Option(
        *SWITCHES["lint_fix"],
        help="Run it, and let it correct what is new and can safely be corrected; it never fails the run.",
    ),
]
NoFormat = Annotated[
    bool,
    typer.Option(
        *SWITCHES["no_format"],
        help="Do not run it where the app asks for it (apply_rubocop_autocorrect_after_generate!).",
    ),
]
NoRecord = Annotated[
    bool,
    typer.Option(
        *SWITCHES["no_record"], help="Do not note in .sidekiq-gen.record what was generated, for upgrade and destroy."
    ),
]
Json = Annotated[bool, typer.Option(*SWITCHES["json"], help="Print one JSON document and nothing else.")]


def with_flags(command: Callable[..., int], flags: Sequence[Flag]) -> Callable[..., int]:
    """The command with one option for each flag, in the place of its parameter ``flags``."""
    parameters = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        if parameter.name == "flags":
            parameters += [_parameter(flag) for flag in flags]
        else:
            parameters.append(parameter)

    def wrapped(**values: Any) -> int:
        given = {flag.parameter: values.pop(flag.parameter) for flag in flags}
        return command(flags=given, **values)

    wrapped.__doc__ = command.__doc__
    wrapped.__name__ = command.__name__
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return wrapped


def _choices(flag: Flag) -> str:
    """What there is to choose, with what each of it does, for the help."""
    if flag.lines and flag.option != "--kind":  # the kinds have pages of their own
        return " " + ". ".join(f"{choice}: {line}" for choice, line in flag.explained.items()) + "."
    return f" One of {', '.join(flag.choices)}." if flag.also else ""


class _Duration(click.ParamType):  # type: ignore[type-arg] # generic in some releases of click
    """A length of time, in seconds."""

    name = "duration"

    def __init__(self, flag: Flag) -> None:
        self._flag = flag

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read what was typed; InvalidInput leaves the command line as it is."""
        del param, ctx
        return parse_duration(str(value), self._flag.option, self._flag.longest)


def _parameter(flag: Flag) -> inspect.Parameter:
    annotation: Any = {
        "switch": bool,
        "number": int | None,
        "duration": int | None,
        "list": list[str] | None,
    }.get(flag.type, str | None)
    read: Any = click.Choice((*flag.choices, *flag.also)) if flag.choices else None
    if flag.type == "duration":
        read = _Duration(flag)
    option = typer.Option(
        flag.option,
        help=flag.help + _choices(flag),
        metavar=flag.metavar or None,
        click_type=read,
        show_default=False,
    )
    return inspect.Parameter(
        flag.parameter,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if flag.type == "switch" else None,
        annotation=Annotated[annotation, option],
    )
