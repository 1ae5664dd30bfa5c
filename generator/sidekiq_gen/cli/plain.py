"""Command lines of ``job`` that are plain enough to be read without typer.

Loading typer takes longer than anything that it reads. What is read here gives what typer would have given; whatever
is not certain (help, a mistake, an option that is said twice or in a rarer form) is left to typer.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sidekiq_gen.durations import parse_duration
from sidekiq_gen.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sidekiq_gen.flags import Flag

# The options that say how a command runs, by the parameter that takes them.
SWITCHES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "force": ("--force", "-f"),
        "skip": ("--skip", "-s"),
        "pretend": ("--pretend", "-p", "--dry-run", "-n"),
        "quiet": ("--quiet", "-q"),
        "no_input": ("--no-input",),
        "lint": ("--lint",),
        "lint_fix": ("--lint-fix", "--format"),
        "no_format": ("--no-format",),
        "no_record": ("--no-record",),
        "json": ("--json",),
    }
)
TEXTS: Mapping[str, str] = MappingProxyType({"listed": "--from", "sidekiq_version": "--sidekiq-version"})
LISTS: Mapping[str, str] = MappingProxyType({"overwrite": "--overwrite", "keep": "--keep"})
PATHS: Mapping[str, str] = MappingProxyType({"root": "--root", "lockfile": "--lockfile"})


class _Unclear(Exception):
    """Typer is to read it."""


def read_job(words: Sequence[str], flags: Iterable[Flag]) -> dict[str, Any] | None:
    """What ``sidekiq-gen job`` is called with, as its function takes it; None where typer has to read it.

    words: what stands behind ``job``. flags: those of the catalogue.
    """
    known = {flag.option: flag for flag in flags}
    values: dict[str, Any] = {flag.parameter: False if flag.type == "switch" else None for flag in known.values()}
    how: dict[str, Any] = dict.fromkeys(SWITCHES, False) | dict.fromkeys((*TEXTS, *LISTS, *PATHS))
    try:
        places = _read(words, known, values, how)
    except (_Unclear, InvalidInput):
        return None
    return {"name": places[0] if places else None, "arguments": places[1:] or None, "flags": values, **how}


def _read(words: Sequence[str], known: Mapping[str, Flag], values: dict[str, Any], how: dict[str, Any]) -> list[str]:
    """Fill in what the options say; returns the other words."""
    switches = {option: name for name, options in SWITCHES.items() for option in options}
    lists = {option: name for name, option in LISTS.items()}
    others: dict[str, tuple[str, Callable[[str], Any]]] = {option: (name, str) for name, option in TEXTS.items()}
    others |= {option: (name, _path) for name, option in PATHS.items()}
    places, rest = [], iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        flag = known.get(option)
        if not word.startswith("-"):
            places.append(_text(word))
        elif option in switches and not equals:
            _put(how, switches[option], value=True)
        elif flag and flag.type == "switch" and not equals:
            _put(values, flag.parameter, value=True)
        elif flag and flag.type == "list":
            said = _text(value if equals else next(rest, ""))
            values[flag.parameter] = [*(values[flag.parameter] or ()), said]
        elif flag and flag.type != "switch":
            _put(values, flag.parameter, value=_value(flag, _text(value if equals else next(rest, ""))))
        elif option in lists:
            how[lists[option]] = [*(how[lists[option]] or ()), _text(value if equals else next(rest, ""))]
        elif option in others:
            name, read = others[option]
            _put(how, name, value=read(_text(value if equals else next(rest, ""))))
        else:
            raise _Unclear
    return places


def _put(values: dict[str, Any], name: str, *, value: object) -> None:
    if values[name] not in {None, False}:
        raise _Unclear
    values[name] = value


def _text(word: str) -> str:
    """A word that can be nothing but a value."""
    if not word or word.startswith("-"):
        raise _Unclear
    return word


def _path(word: str) -> Path:
    if not os.access(word, os.R_OK):
        raise _Unclear
    return Path(word)


def _value(flag: Flag, word: str) -> str | int:
    if flag.type == "duration":
        return parse_duration(word, flag.option, flag.longest)
    if flag.type == "number":
        if not (word.isascii() and word.isdigit() and len(word) <= 9):  # noqa: PLR2004 - more is a mistake, or rare
            raise _Unclear
        return int(word)
    if flag.choices and word not in (*flag.choices, *flag.also):
        raise _Unclear
    return word
