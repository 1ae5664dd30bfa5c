"""What can stand where somebody presses Tab: from the table of the command line, else from what the repo has.

Loaded in place of typer, which takes longer to load than any of this takes to answer. It never fails, and never prints
an error: whatever cannot be read offers nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sidekiq_gen.cli.shells import SHELLS, Answer, Asked
from sidekiq_gen.cli.words import FILES, read_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.cli.words import Word

# What an argument of a command names, in the words of `job.known`.
_PLACES = {("destroy", "name"): "existing", ("destroy job", "name"): "existing"}
_TYPES = "integer string float boolean array hash record date time decimal".split()


def answer_shell(instruction: str) -> tuple[int, str] | None:
    """What a shell is answered: the status and the text; None where typer is to answer.

    instruction: what its script asks for: ``complete_bash``.
    """
    if instruction not in SHELLS:
        return None
    try:
        return SHELLS[instruction](complete)
    except Exception:  # a prompt is no place for errors, and there is nothing to say to a shell
        if os.environ.get("SIDEKIQ_GEN_DEBUG"):
            raise
        return 0, ""


def complete(asked: Asked) -> Answer:
    """What can stand at the cursor."""
    line = _Line(read_words())
    for word in asked.words:
        line.take(word)
    return line.end(asked.typed)


class _Line:
    """A command line, word by word.

    given: what it says so far, by parameter; of an argument that may be given several times a list.
    """

    def __init__(self, table: dict[str, list[Word]]) -> None:
        self._table = table
        self._command = ""
        self._waiting: Word | None = None
        self._no_more_options = False
        self._places: list[str] = []
        self.given: dict[str, Any] = {}

    @property
    def _known(self) -> list[Word]:
        return self._table.get(self._command, [])

    @property
    def _options(self) -> dict[str, Word]:
        return {name: word for word in self._known for name in word.names if name.startswith("-")}

    def take(self, word: str) -> None:
        """Read one word that stands before the cursor."""
        name, equals, value = word.partition("=")
        option = self._options.get(name) if self._is_option(word) else None
        below = f"{self._command} {word}".strip()
        if self._waiting:
            self._put(self._waiting, word)
            self._waiting = None
        elif word == "--":
            self._no_more_options = True
        elif option and option.kind == "switch":
            self.given[option.parameter] = True
        elif option and equals:
            self._put(option, value)
        elif option:
            self._waiting = option
        elif below in self._table and not self._places:
            self._command = below
        elif not self._is_option(word):
            self._places.append(word)

    def _is_option(self, word: str) -> bool:
        return word.startswith("-") and len(word) > 1 and not self._no_more_options

    def _put(self, option: Word, value: str) -> None:
        if option.kind == "list":
            self.given.setdefault(option.parameter, []).append(value)
        else:
            self.given[option.parameter] = value

    def end(self, typed: str) -> Answer:
        """What the word at the cursor can be."""
        places = [word for word in self._known if word.kind in {"place", "places"}]
        for number, word in enumerate(places[: len(self._places)]):
            self.given[word.parameter] = self._places[number:] if word.kind == "places" else self._places[number]
        if self._waiting:
            return self._values(self._waiting, typed, typed)
        if typed.startswith("-") and not self._no_more_options:
            name, equals, value = typed.partition("=")
            option = self._options.get(name)
            return self._values(option, typed, value) if option and equals else self._names_of_options(typed)
        commands = [word for word in self._known if word.kind == "command"]
        if commands:
            return Answer(_beginning(typed, ((word.names[0], word.line) for word in commands)), hint="a command")
        place = next((word for word in places if word.kind == "places" or word.parameter not in self.given), None)
        return self._values(place, typed, typed) if place else Answer(hint="no more arguments")

    def _names_of_options(self, typed: str) -> Answer:
        """Those that are not on the line yet, long ones first where both are meant."""
        free = [word for word in self._options.values() if word.kind == "list" or word.parameter not in self.given]
        found = {word.names: word for word in free}.values()
        names = [(name, word.line) for word in found for name in sorted(word.names, key=len, reverse=True)]
        return Answer(_beginning(typed, dict(names).items()), hint="an option")

    def _values(self, word: Word, typed: str, value: str) -> Answer:
        """The values of an option or argument.

        typed: the whole word at the cursor. value: what there is of the value: all of that, or what is behind ``=``.
        """
        hint = f"{word.metavar or word.names[0]}: {word.line}"
        if word.metavar in FILES and not (word.parameter == "dir" and any(self._offered(word, value))):
            return Answer(files=FILES[word.metavar], hint=hint)
        before = typed[: len(typed) - len(value)]
        return Answer(((f"{before}{one}", line) for one, line in self._offered(word, value)), hint=hint)

    def _offered(self, word: Word, value: str) -> Iterator[tuple[str, str]]:
        """The values that begin with what there is of it; what the repo has is read when the first is asked for."""
        if word.choices:
            yield from _beginning(value, word.choices)
            return
        name, colon, _ = value.partition(":")
        if word.parameter == "arguments" and colon:
            yield from _beginning(value, [(f"{name}:{kind}", "") for kind in _TYPES])
            return
        if self._command == "check" and word.metavar == "CODE":
            from sidekiq_gen.cli.codes import codes

            yield from _beginning(value, codes(word.parameter, self.given, value))
            return
        place = _PLACES.get((self._command, word.parameter), word.parameter)
        yield from _beginning(value, _of_the_repo(place, self.given, value))


def _beginning(typed: str, values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((value, line) for value, line in values if value.startswith(typed))


def _of_the_repo(parameter: str, given: dict[str, Any], typed: str) -> list[tuple[str, str]]:
    """What the repo has for a parameter; where it has no lockfile, what there is without."""
    from pathlib import Path

    from sidekiq_gen.errors import SidekiqGenError
    from sidekiq_gen.job.known import known
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.lockfile import find_lockfile, find_root, read_lockfile
    from sidekiq_gen.sourced import Sourced

    here = Path.cwd()
    root = Path(given["root"]).expanduser() if given.get("root") else find_root(here) or here
    try:
        path = Path(given["lockfile"]).expanduser() if given.get("lockfile") else find_lockfile(root)
        lockfile = read_lockfile(path) if path else None
    except SidekiqGenError:
        lockfile = None
    answers = {name: Sourced(value, "flag") for name, value in given.items()}
    return [(one.value, one.why) for one in known(parameter, answers, RailsApp(root.resolve(), lockfile), typed)]
