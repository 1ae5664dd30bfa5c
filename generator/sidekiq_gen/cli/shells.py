"""How shells ask for completions, and how they are answered: the protocol of the scripts that typer installs.

Source: typer 0.20.1, _completion_shared.py (the scripts for bash, zsh and fish) and _completion_classes.py (what they
are answered). What is said here beyond that is in the manuals of the shells: in bash the characters of COMP_WORDBREAKS
divide words, and only what stands behind the last of them is replaced; zsh evaluates what it is answered, twice.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

BREAKS = frozenset(":=")
# What bash and a pattern of file names mean something by.
_SPECIAL_IN_BASH = frozenset(" \t\"'\\$`!&;|<>(){}*?[]#~^")
# What zsh may be handed to evaluate, besides letters and digits.
_PLAIN = frozenset(" _.,:;/=@+%-")
_PLAIN_IN_LINES = _PLAIN | frozenset("()?|")
_SHOWN = 110


class Asked(NamedTuple):
    """What a shell asks.

    words: what stands on the line before the word at the cursor, without the command itself.
    typed: what there is of that word. kept: the beginning of it that the shell keeps, whatever it is answered.
    """

    words: list[str]
    typed: str
    kept: str = ""


class Answer(NamedTuple):
    """What it is answered: values with a few words about each, or what it is to look for itself.

    files: ``files``, ``folders``, or empty where none are meant.
    hint: what is meant where there is nothing to choose from.
    """

    values: Iterable[tuple[str, str]] = ()
    files: str = ""
    hint: str = ""


def of_bash(complete: Callable[[Asked], Answer]) -> tuple[int, str]:
    """Answer bash: the status, and what is printed."""
    asked = _asked_by_bash()
    answer = complete(asked)
    lines = [_in_bash(value.removeprefix(asked.kept)) for value, _ in answer.values if value.isprintable()]
    if not lines and not answer.files and answer.hint:
        # With nothing to choose from bash would offer files. Two lines without a common beginning are only shown.
        lines = [_plain(answer.hint, _PLAIN_IN_LINES), " "]
    return 0, "\n".join(lines)


def of_zsh(complete: Callable[[Asked], Answer]) -> tuple[int, str]:
    """Answer zsh."""
    answer = complete(_asked_in_text())
    if answer.files:
        return 0, "_files -/" if answer.files == "folders" else "_files"
    lines = [
        f'"{_in_zsh(value)}":"{_in_zsh(_plain(line, _PLAIN_IN_LINES))}"' if line else f'"{_in_zsh(value)}"'
        for value, line in answer.values
        if value == _plain(value, _PLAIN)  # anything else would be evaluated
    ]
    listed = "\n".join(lines)
    if lines:
        return 0, f"_arguments '*: :(({listed}))'"
    return 0, f"_message -r '{_plain(answer.hint, _PLAIN_IN_LINES)}'" if answer.hint else ""


def of_fish(complete: Callable[[Asked], Answer]) -> tuple[int, str]:
    """Answer fish, which asks twice: first whether there is more to choose from than files."""
    if os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        return (1 if complete(_asked_in_text()).files else 0), ""
    values = complete(_asked_in_text()).values
    return 0, "\n".join(f"{value}\t{line}" if line else value for value, line in values if value.isprintable())


SHELLS = {"complete_bash": of_bash, "complete_zsh": of_zsh, "complete_fish": of_fish}


def _asked_by_bash() -> Asked:
    """The words of the line; what bash divides at a colon or an equals sign is put together again."""
    text = os.environ.get("COMP_WORDS", "")
    raw = text.split("\n") if "\n" in text else text.split(" ")
    at = int(os.environ.get("COMP_CWORD", "0"))
    raw = [*raw, ""][: at + 1]  # where the cursor stands behind the last word, there may be no word for it
    words: list[str] = []
    for number, word in enumerate(raw[1:], 1):
        before = raw[number - 1]
        if words and word and ((_divides(word) and words[-1]) or (number > 1 and _divides(before) and word[0] != "-")):
            words[-1] += word
        else:
            words.append(word)
    last = words.pop() if words else ""
    kept = last if _divides(raw[-1]) else last[: len(last) - len(raw[-1])]
    return Asked([_unquoted(word) for word in words], _unquoted(last), _unquoted(kept))


def _divides(word: str) -> bool:
    return bool(word) and BREAKS.issuperset(word)


def _asked_in_text() -> Asked:
    """The line up to the cursor, as one text."""
    text = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words = [_unquoted(word) for word in _divided(text)][1:]
    if not words or text[-1:].isspace():
        return Asked(words, "")
    return Asked(words[:-1], words[-1])


def _divided(text: str) -> list[str]:
    """The words of a line as they are typed: spaces divide them, unless they are quoted."""
    words, quote, escaped, inside = [""], "", False, False
    for one in text:
        if one.isspace() and not quote and not escaped:
            inside = False
            continue
        if not inside:
            words.append("")
            inside = True
        words[-1] += one
        if escaped:
            escaped = False
        elif one == "\\" and quote != "'":
            escaped = True
        elif one in {'"', "'"} and quote in {"", one}:
            quote = "" if quote else one
    return words[1:]


def _unquoted(word: str) -> str:
    """A word as the shell hands it over; a quote that is still open is taken as closed."""
    if '"' not in word and "'" not in word and "\\" not in word:
        return word
    plain, quote, escaped = "", "", False
    for one in word:
        if escaped:
            plain, escaped = plain + one, False
        elif one == "\\" and quote != "'":
            escaped = True
        elif one in {'"', "'"} and quote in {"", one}:
            quote = "" if quote else one
        else:
            plain += one
    return plain


def _in_bash(value: str) -> str:
    return "".join(f"\\{one}" if one in _SPECIAL_IN_BASH else one for one in value)


def _in_zsh(text: str) -> str:
    return text.replace(":", "\\\\:")


def _plain(text: str, allowed: frozenset[str]) -> str:
    """What of a text is nothing to a shell; it is cut where it is long."""
    return "".join(one for one in text[:_SHOWN] if (one.isalnum() and one.isprintable()) or one in allowed)
