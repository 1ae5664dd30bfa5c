"""What in the text of a job may have been said with a flag: its classes, columns, numbers and words."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING

from sidekiq_gen.durations import UNITS
from sidekiq_gen.job.known import values_of
from sidekiq_gen.naming import Model
from sidekiq_gen.rails.code import CONSTANT
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.rails.app import RailsApp

MOST = 12  # values of one flag

_COMMENT = regex(r"(?:^|(?<=\s))#(?!\{).*$", re.MULTILINE)
_PARAMETERS = regex(r"^ *def (perform|each_iteration)\(([^)\n]{0,500})\)", re.MULTILINE)
_CONSTANT = regex(rf"(?<![\w:]){CONSTANT}")
_CALL = regex(rf"(?<![\w:.])({CONSTANT})\.([a-z_]\w*[?!]?)")
_SENT = regex(r"(?:\)|(?<![\w.@])[a-z_]\w*)\.([a-z_]\w*[?!]?)")
_OF_AN_ERROR = regex(r"(?<!\w)(?:e|error)\.((\w+)(?:\[[^\]\n]*\]|\.\w+\([^()\n]*\))?)")
_NUMBER = regex(r"(?<![\w.])(\d[\d_]{0,11})(?:\.(seconds?|minutes?|hours?|days?)(?:\.to_i)?)?(?![\w.])")
_OPTION = regex(r"\b(queue|retry|backtrace|queue_as|attempts):? :?(?:\"([^\"\n]*)\"|'([^'\n]*)'|(\w+))")
_TAGS = regex(r"\btags: (?:%w)?\[([^\]\n]*)\]")
_TAG = regex(r"[\w.:/-]+")
_COLUMN = regex(r"(?<![\w:]):([a-z]\w*)\b|(?<![\w:])([a-z]\w*):(?!:)")
_NO_ERROR = regex(r"\b(?:class|include) ([A-Z][\w:]*)")
_QUOTED = regex(r"[\"'](\w+)[\"']")
_WORD = regex(r"\w+")
_BEHIND_COLUMNS = {"COLUMN[=METHOD]": "_sent", "COLUMN[=VALUE]": "_quoted", "COLUMN[=FROM:TO]": "_transitions"}
_OWN = {"tags": "_tags", "throttle": "_rates", "calls": "_calls", "child": "_constants"}


class Said:
    """The text of one job.

    text: of its class. app: the repo that it is in.
    """

    def __init__(self, text: str, app: RailsApp) -> None:
        self._text = _COMMENT.sub("", text)
        self._app = app
        self._words = frozenset(_WORD.findall(self._text))

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Those that it names, or that an argument is called after."""
        named = (
            model for model in self._app.models if model in self._constants or Model(model).variable in self._words
        )
        return tuple(named)[:MOST]

    @cached_property
    def arguments(self) -> tuple[list[str], ...]:
        """What perform may have been said to take, as ARG:TYPE: with records, and without what a kind brings itself."""
        records = {Model(model).variable for model in self._app.models}
        found = []
        for method, listed in _PARAMETERS.findall(self._text):
            names = [name.strip() for name in listed.split(",")]
            names = [name for name in names if name.isidentifier()][1 if method == "each_iteration" else 0 :]
            bare = [name.removesuffix("_id") for name in names]
            typed = [
                f"{one}:record" if one in records else f"{name}:{_likely(name)}"
                for name, one in zip(names, bare, strict=True)
            ]
            found += [typed, [one for one in typed if not one.endswith(":record")]]
        return tuple(some for index, some in enumerate(found) if some and some not in found[:index])

    def values(self, flag: Flag, answers: Answers) -> Sequence[object]:
        """What may have been said with a flag, as the command line would hand it over; a list as lists of one."""
        if flag.type == "switch":
            return (True,)
        if flag.choices:
            return flag.choices
        if flag.type == "number":
            return [number for number, unit in self._numbers if not unit][:MOST]
        if flag.type == "duration":
            return [number for number, _ in self._numbers][:MOST]
        texts = list(dict.fromkeys(self._texts(flag, answers)))
        return texts if flag.type != "list" else [*([one] for one in texts), *([texts] if len(texts) > 1 else [])]

    def _texts(self, flag: Flag, answers: Answers) -> Iterator[str]:
        if flag.parameter in _OWN:
            yield from getattr(self, _OWN[flag.parameter])
        elif flag.parameter in {"queue", "retry", "backtrace"}:
            yield from self._options.get(flag.parameter, ["default"] if flag.parameter == "retry" else [])
        elif flag.metavar.startswith("ERROR"):
            yield from (*self._errors, *(self._delays if "=" in flag.metavar else ()))
        else:
            yield from self._known(flag, answers)[: 8 * MOST]

    def _known(self, flag: Flag, answers: Answers) -> list[str]:
        """What the repo knows of a flag and the text has, and columns, with what stands behind them."""
        known = [one for one in values_of(flag.parameter, answers, self._app) if self._has(one)]
        if flag.metavar.startswith("COLUMN"):
            known += self._columns if "=" in flag.metavar else self._symbols
        if flag.metavar in _BEHIND_COLUMNS:
            behind = list(getattr(self, _BEHIND_COLUMNS[flag.metavar]))[:MOST]
            known += [f"{column}={word}" for column in known[:MOST] if "=" not in column for word in behind]
        return known

    @cached_property
    def _tags(self) -> list[str]:
        return [tag for listed in _TAGS.findall(self._text) for tag in _TAG.findall(listed)][:MOST]

    @cached_property
    def _rates(self) -> list[str]:
        return [f"{count}/{period}" for count, _ in self._numbers[:4] for period, _ in self._numbers[:4]]

    @cached_property
    def _calls(self) -> list[str]:
        called = _CALL.findall(self._text)
        made = [constant for constant, method in called if method == "new"]
        direct = [f"{constant}.{method}" for constant, method in called if method != "new"]
        return [*(f"{one}#{name}" for one in (*made, *self.models) for name in self._sent), *direct][: 4 * MOST]

    def _has(self, value: str) -> bool:
        return self._words.issuperset(_WORD.findall(value))

    @cached_property
    def _constants(self) -> list[str]:
        return list(dict.fromkeys(_CONSTANT.findall(self._text)))

    @cached_property
    def _errors(self) -> list[str]:
        """Constants that may be the class of an error."""
        own = {*_NO_ERROR.findall(self._text), *self._app.models}
        return [name for name in self._constants if name not in own and not name.isupper()][:MOST]

    @cached_property
    def _delays(self) -> list[str]:
        """Errors, each with what may say how long to wait after it."""
        read = [word for found in _OF_AN_ERROR.finditer(self._text) for word in found.groups()]
        waits = dict.fromkeys([*read, *(str(number) for number, _ in self._numbers[:6])])
        return [f"{error}={wait}" for error in self._errors for wait in list(waits)[:MOST]]

    @cached_property
    def _numbers(self) -> list[tuple[int, str]]:
        """Each number, in seconds where it is a length of time, and the unit it was written in."""
        found = ((int(digits.replace("_", "")), unit) for digits, unit in _NUMBER.findall(self._text))
        return list(dict.fromkeys((number * UNITS[unit[:1]], unit) for number, unit in found))

    @cached_property
    def _options(self) -> dict[str, list[str]]:
        """The values of options by the flag that they may come from."""
        flags = {"queue_as": "queue", "attempts": "retry"}
        found: dict[str, list[str]] = {}
        for option, *quoted in _OPTION.findall(self._text):
            value = "".join(quoted)
            said = str(int(value[:9]) - 1) if option == "attempts" and value.isdecimal() else value  # the first is none
            found.setdefault(flags.get(option, option), []).append(said)
        return found

    @cached_property
    def _symbols(self) -> list[str]:
        """Whatever may be the name of a column."""
        return list(dict.fromkeys("".join(found) for found in _COLUMN.findall(self._text)))[: 2 * MOST]

    @cached_property
    def _columns(self) -> list[str]:
        """Those of them that are columns of a model, or are called like moments."""
        tables = [self._app.table(model) for model in self.models]
        there = {column for table in tables if table for column in table.columns}
        return [name for name in self._symbols if name in there or name.endswith(("_at", "_on"))][:MOST]

    @cached_property
    def _quoted(self) -> list[str]:
        """The words in quotes, which may be states of a column."""
        return list(dict.fromkeys(_QUOTED.findall(self._text)))

    @cached_property
    def _transitions(self) -> list[str]:
        return [f"{one}:{other}" for one, other in permutations(self._quoted[:5], 2)]

    @cached_property
    def _sent(self) -> list[str]:
        """The methods that are called on locals and on what calls return."""
        return list(dict.fromkeys(_SENT.findall(self._text)))


def _likely(argument: str) -> str:
    """The type that an argument has by its name; the search takes another one where it is wrong."""
    last = argument.rpartition("_")[2]
    return {"at": "time", "time": "time", "on": "date", "date": "date", "since": "date", "ids": "array"}.get(
        last, "string"
    )
