"""The few rules of Ruby layout that no template should have to know."""

from __future__ import annotations

import re
from typing import Literal

Quotes = Literal["double", "single"]


def quote(text: str, quotes: Quotes) -> str:
    """A string literal in the repo's quotes; interpolation and apostrophes need double ones."""
    if quotes == "single" and not re.search(r"#\{|'|\\", text):
        return f"'{text}'"
    return f'"{text}"'


DIGITS_WITHOUT_GROUPS = 4

_BLOCK_PARAMETERS = re.compile(r"((?:\|[^|]*\|)?) *(.*)")


def integer(number: int) -> str:
    """An integer literal, with underscores from five digits on, as RuboCop wants it."""
    return f"{number:_}" if len(str(number)) > DIGITS_WITHOUT_GROUPS else str(number)


def sections(*texts: str) -> str:
    """The texts that are not empty, with a blank line between them."""
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


def indent(text: str, levels: int) -> str:
    """The text, moved to the right by two spaces a level; blank lines stay empty."""
    return "\n".join("  " * levels + line if line else line for line in text.split("\n"))


def fit(text: str, width: int) -> str:
    """The text with every line that is too long broken where RuboCop would break it."""
    return "\n".join(part for line in text.split("\n") for part in _fit_line(line, width))


def _fit_line(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    margin = line[: len(line) - len(line.lstrip())]
    code, comment = _split_comment(line)
    if comment:
        return [f"{margin}{comment}", *_fit_line(code, width)]
    group, block = _last_group(line), _last_block(line)
    if block and not (group and block[1] < group[0] < width):
        opening, closing = block
        parameters, body = _BLOCK_PARAMETERS.match(line[opening + 1 : closing].strip()).groups()  # type: ignore[union-attr]
        return [
            f"{line[:opening]}do{parameters and f' {parameters}'}",
            *_fit_line(f"{margin}  {body}", width),
            *_fit_line(f"{margin}end{line[closing + 1 :]}", width),
        ]
    if group:
        opening, closing = group
        arguments = _split_commas(line[opening + 1 : closing].strip())
        inner = [f"{margin}  {argument}{',' if argument is not arguments[-1] else ''}" for argument in arguments]
        together = f"{margin}  {', '.join(arguments)}"
        body = [together] if len(together) <= width else inner
        return [
            line[: opening + 1],
            *(part for piece in body for part in _fit_line(piece, width)),
            margin + line[closing:],
        ]
    command = re.match(r"\s*[a-z_]+ (?=\S)", line)
    arguments = _split_commas(line[command.end() :]) if command else []
    if command and len(arguments) > 1:
        separator = ",\n" + " " * command.end()
        return (command.group() + separator.join(arguments)).split("\n")
    return [line]


def _split_comment(line: str) -> tuple[str, str]:
    """The code and its trailing comment, each stripped; no comment: an empty string."""
    quoted = ""
    for index, character in enumerate(line):
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "\"'":
            quoted = character
        elif character == "#" and line[index - 1 : index] == " " and line[:index].strip():
            return line[:index].rstrip(), line[index:]
    return line, ""


def _last_block(line: str) -> tuple[int, int] | None:
    """Where the last outermost block in curly brackets opens and closes."""
    opened: list[int] = []
    found = None
    for index, character in _outside_strings(line):
        if character in "([{":
            opened.append(index)
        elif character in ")]}" and opened:
            start = opened.pop()
            if not opened and character == "}" and re.search(r"[\w)] $", line[:start]):
                found = (start, index)
    return found


def _last_group(line: str) -> tuple[int, int] | None:
    """Where the last outermost pair of brackets that can be broken opens and closes.

    Round ones, else square ones, else the curly ones of a hash that stands alone.
    """
    opened: list[int] = []
    found: dict[str, tuple[int, int]] = {}
    for index, character in _outside_strings(line):
        if character in "([{":
            opened.append(index)
        elif character in ")]}" and opened:
            start = opened.pop()
            if not opened and index > start + 1:
                found[character] = (start, index)
    return found.get(")") or found.get("]") or (found.get("}") if line.lstrip().startswith("{") else None)


def _split_commas(text: str) -> list[str]:
    """The text cut at its outermost commas."""
    depth, start, parts = 0, 0, []
    for index, character in _outside_strings(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()]


def _outside_strings(text: str) -> list[tuple[int, str]]:
    """The characters that stand in no string literal, with their places."""
    quoted, result = "", []
    for index, character in enumerate(text):
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "\"'":
            quoted = character
        else:
            result.append((index, character))
    return result
