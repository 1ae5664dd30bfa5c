"""The commands, options and arguments of the command line as a table, read without loading what they belong to.

`words.tsv` beside this module has a line for each, with a tab between its fields; ``make words`` writes it from the
commands themselves, and a test holds it equal to them.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from sidekiq_gen.reading import RUBY, read_regular

TABLE = os.path.join(os.path.dirname(__file__), "words.tsv")  # noqa: PTH118, PTH120 - pathlib costs as much as all else
# What a value is, by the word that stands for it in the help.
FILES = {"FILE": "files", "PATH": "files", "DIR": "folders", "NAME|DIR": "folders"}


class Choice(NamedTuple):
    """One value that is known beforehand, and what it does in a few words."""

    value: str
    line: str


class Word(NamedTuple):
    """An option, an argument, or the name of a command.

    names: as they are typed: ``("--force", "-f")``; of an argument that of its parameter.
    kind: ``switch`` takes no value, ``text`` one, ``list`` one each time; ``place`` and ``places`` are arguments, one
        and any number; ``command`` the name of a command.
    parameter: of the function that takes it. metavar: what stands for the value in the help.
    line: what it is for, in a few words. choices: the values that it takes, where they are few.
    """

    names: tuple[str, ...]
    kind: str
    parameter: str
    metavar: str
    line: str
    choices: tuple[Choice, ...]


def read_words(text: str | None = None) -> dict[str, list[Word]]:
    """By command, what can stand behind it: ``""`` for the program itself, ``templates copy`` for a command within one.

    text: that of the table; None to read it.
    """
    if text is None:
        text = read_regular(TABLE, RUBY).decode()
    found: dict[str, list[Word]] = {}
    for line in text.splitlines():
        command, kind, names, parameter, metavar, told = line.split("\t")
        if kind == "choice":
            last = found[command][-1]
            found[command][-1] = last._replace(choices=(*last.choices, Choice(names, told)))
        else:
            word = Word(tuple(names.split(" ")), kind, parameter, metavar, told, ())
            found.setdefault(command, []).append(word)
    return found


def write_words(words: dict[str, list[Word]]) -> str:
    """The text of the table."""
    lines = []
    for command, listed in words.items():
        for word in listed:
            lines.append((command, word.kind, " ".join(word.names), word.parameter, word.metavar, word.line))
            lines += [(command, "choice", choice.value, "", "", choice.line) for choice in word.choices]
    return "".join("\t".join(line) + "\n" for line in lines)
