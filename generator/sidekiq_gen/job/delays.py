"""What gives the delay of an error: a method that its class is proven to have, or what a person says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.durations import parse_duration, written
from sidekiq_gen.errors import DecisionNeeded, InvalidInput, Refused
from sidekiq_gen.job.raised import raised
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.rails.errors import ErrorClass

READER = "retry_after"
LONGEST = 3_600  # seconds, after which a job asks again in any case
USUAL = 60  # seconds, where the error names none
SAMPLE = 30  # seconds, in specs
LONGEST_EXPRESSION = 100  # characters

_ERROR = regex(r"(?<![\w.:@$])error(?![\w?!:(])")
_READER = regex(r"error\.([a-z_]\w*)")
_STEP = regex(r"&?\.(?P<name>[a-z_]\w*)(?![\w?!(])|(?:&?\.fetch\(|\[)(?P<key>\"[^\"#\\]*\"|'[^'\\]*'|:\w+)[)\]]")
_CONVERTED = regex(r"\.(?:to_i|to_f|ceil|floor|round)$")
_NUMBER = regex(r"(?:Integer|Float)\(.*\)")
_LENGTH = regex(r"[0-9]+[a-z]?")
_READ = r"(?:&?\.[a-z_]\w*(?![\w?!(])|(?:&?\.fetch\(|\[)(?:\"[^\"#\\]*\"|'[^'\\]*'|:\w+)[)\]])*"
_PLAIN = regex(rf"[0-9]+[a-z]?|[a-z_]\w*{_READ}|(?:Integer|Float)\(error{_READ}\)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Delay:
    """One error and what gives its delay.

    error: its class. expression: Ruby on ``error``; digits for a number of seconds.
    number: whether it always gives a number. literal: that number, where it is known.
    made: Ruby that makes such an error in a spec, with ``{}`` for what the expression gives; empty where nothing does.
    bare: Ruby that makes one which asks for whatever it does by itself.
    """

    error: str
    expression: str
    number: bool
    literal: int | None
    made: str
    bare: str

    @property
    def sample(self) -> str:
        """Ruby that makes one in a spec that asks for the usual sample."""
        return self.made.replace("{}", str(SAMPLE)) if self.made else self.bare

    @property
    def thrown(self) -> str:
        """What a spec raises if the delay that the error asks for does not matter."""
        return self.bare.removesuffix(".new")

    @property
    def answers(self) -> str:
        """The same, with the delay in the variable ``asked``; empty if that is not possible."""
        return self.made.replace("{}", "asked") if "{}" in self.made else ""

    @property
    def least(self) -> int:
        """The shortest delay that follows from the sample."""
        return limits_of(SAMPLE if self.literal is None else self.literal)[0]

    @property
    def limits(self) -> str:
        """The shortest and the longest one: ``30, 41``."""
        return ", ".join(map(str, limits_of(self.least)))

    @property
    def range(self) -> str:
        """The same as a range: ``30..41``."""
        return "..".join(map(str, limits_of(self.least)))


def limits_of(seconds: int) -> tuple[int, int]:
    """Between what a delay is that is asked for, with its bit of chance."""
    seconds = min(max(seconds, 1), LONGEST)
    return seconds, seconds + seconds // 4 + 4


def read_delay(error: str, typed: str | None, known: ErrorClass | None) -> Delay:
    """What gives the delay of an error.

    typed: what a person says; None for `READER`. known: its class, where the repo has it.

    Raises:
        InvalidInput: what was typed is no expression.
        Refused: the class has no such method.
        DecisionNeeded: nobody says what gives it, and nothing in the repo proves it.
    """
    if typed is None:
        _prove(error, known)
    expression = f"error.{READER}" if typed is None else parse_expression(typed)
    bare = raised(error, known)
    if expression.isdigit():
        return Delay(error, str(int(expression)), number=True, literal=int(expression), made=bare, bare=bare)
    reader = _READER.fullmatch(expression)
    if reader and known and reader[1] in known.readers:
        literal = known.literal(reader[1])
        made = known.made_with(reader[1]) if literal is None else bare
        made = made or _stood_in(bare, expression)
        return Delay(error, expression, known.gives_number(reader[1]), literal, made, bare)
    number = bool(_CONVERTED.search(expression) or _NUMBER.fullmatch(expression))
    return Delay(error, expression, number, None, _stood_in(bare, expression), bare)


def is_proven(typed: str | None, known: ErrorClass | None) -> bool:
    """Whether nothing has to be asked: somebody says what gives the delay, or the class shows whether it has one."""
    return typed is not None or (known is not None and (known.complete or READER in known.readers))


def parse_expression(typed: str) -> str:
    """Read the EXPRESSION of ``--retry-after``: a length of time, Ruby that names ``error``, or a call on it.

    Raises:
        InvalidInput: it is not one expression on one line.
    """
    text = typed.strip()
    if _LENGTH.fullmatch(text):
        return str(parse_duration(text, "--retry-after ...=", LONGEST))
    code = _without_literals(text) if text.isprintable() and len(text) <= LONGEST_EXPRESSION else None
    if not code or not re.match(r"[\w(\[]", code) or re.search(r"[;#`\\]|%[a-zA-Z]\b|=begin", code):
        code = None
    if code is None or not _balanced(code):
        raise InvalidInput(
            f"--retry-after ...={typed[:60]!a} is not a delay.",
            hint=f"Give a time up to {written(LONGEST)}, or one Ruby expression on error: "
            "'Api::Busy=error.response.headers[\"retry-after\"]'.",
            code="invalid-expression",
        )
    return text if _ERROR.search(code) else f"error.{text}"


def is_plain(typed: str) -> bool:
    """Whether an EXPRESSION only reads from the error: what a file may say. A person may type any Ruby."""
    return _PLAIN.fullmatch(typed.strip()) is not None


def _prove(error: str, known: ErrorClass | None) -> None:
    if not is_proven(None, known):
        raise DecisionNeeded(
            f"Nothing in this repo shows that {error} has a {READER}.",
            hint=f"Say what gives its delay in seconds: --retry-after '{error}=error.{READER}', or '{error}=30'.",
            code="delay-unknown",
        )
    if known and READER not in known.readers:
        has = f"It has {', '.join(known.readers)}: " if known.readers else ""
        instead = f"error.{known.readers[0]}" if known.readers else str(SAMPLE)
        raise Refused(
            f"{error} has no {READER}, so that nothing names a delay.",
            hint=f"{has}say what gives it in seconds: --retry-after '{error}={instead}'.",
            code="no-retry-after",
        )


def _without_literals(text: str) -> str | None:
    """The code with its string and regular expression literals emptied; None where one has no end."""
    result, position = "", 0
    while position < len(text):
        mark = text[position]
        regexp = mark == "/" and (not result.strip() or result.rstrip()[-1] in "([,=")
        if mark not in "\"'" and not regexp:
            result, position = result + mark, position + 1
            continue
        end = re.compile(rf"(?:[^{mark}\\]|\\.)*{mark}").match(text, position + 1)
        if end is None:
            return None
        result, position = result + '""', end.end()
    return result


def _balanced(code: str) -> bool:
    expected: list[str] = []
    for mark in code:
        if mark in _CLOSING:
            expected.append(_CLOSING[mark])
        elif mark in _CLOSING.values() and (not expected or expected.pop() != mark):
            return False
    return not expected


def _stood_in(bare: str, expression: str) -> str:
    """An error that is to have the first method of an expression, whose answer leads to ``{}``; empty elsewhere."""
    first, *further = _steps(_CONVERTED.sub("", expression)) or [""]
    if not first or first.startswith("["):
        return ""
    answer = "{}"
    for step in reversed(further):
        answer = _with_key(step[1:], answer) if step.startswith("[") else f"Struct.new(:{step}).new({answer})"
    return f"busy({bare}, :{first}, {answer})"


def _with_key(key: str, answer: str) -> str:
    """A hash that leads to an answer: ``{ "retry-after" => {} }``, ``{ wait: {} }``."""
    return f"{{ {key[1:]}: {answer} }}" if key.startswith(":") else f"{{ {key} => {answer} }}"


def _steps(expression: str) -> list[str]:
    """The calls of an expression on ``error``: a method's name, ``["key"``; none where there is anything else."""
    steps: list[str] = []
    position = len("error")
    while expression.startswith("error") and position < len(expression):
        found = _STEP.match(expression, position)
        if found is None:
            return []
        steps.append(found["name"] or f"[{found['key']}")
        position = found.end()
    return steps
