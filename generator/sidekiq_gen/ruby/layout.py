"""The few rules of Ruby layout that no template should have to know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.quoting import ruby_string
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.style import Style


def queue(name: str, style: Style) -> str:
    """A queue as the repo writes it, a symbol where it can be one."""
    return f":{name}" if style.queue_literal == "symbol" and name.isidentifier() else ruby_string(name)


DIGITS_WITHOUT_GROUPS = 4

_COMMENT = regex(r"\s*# (?!rubocop:)")
_DIRECTIVE = regex(r"# rubocop:")
_GUARD = regex(r"\s*return (\S.*) ((?:unless|if) \w+)", needs="return")
_CHOICE = regex(r"\s*(\w+ = )(\w+) \? (\S.*) : (\S.*)", needs=" ? ")
_TAPS = regex(r"\s*([^{}]+\.tap) \{ (\|\w+\|) ([^{}]+) \}\.tap \{ \2 ([^{}]+) \}", needs="}.tap {")
_LAMBDA = regex(r"->(?:\([^()]*\) ?)?\Z", needs="->")
_HASH = regex(r"\s*(?:[a-z_]\w* = )?\{")
_BLOCK = regex(r" do(?: \|[^|]*\|)?\Z")
_TEXT_OF_TWO_PARTS = regex(r'(\s*\w+: )"((?:[^"#\\]|#(?!\{))+)(#\{.*\})"(,?)')
_BLOCK_PARAMETERS = regex(r"((?:\|[^|]*\|)?) *(.*)")


def integer(number: int) -> str:
    """An integer literal, with underscores from five digits on, as RuboCop wants it."""
    return f"{number:_}" if len(str(number)) > DIGITS_WITHOUT_GROUPS else str(number)


def duration(seconds: int) -> str:
    """A length of time as ActiveSupport says it: ``1.hour``; a bare number where no unit fits: ``90``."""
    for unit, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % length == 0:
            count = seconds // length
            return f"{count}.{unit if count == 1 else unit + 's'}"
    return integer(seconds)


def whole_seconds(seconds: int) -> str:
    """The same as an Integer, for options that take no duration: ``1.hour.to_i``."""
    text = duration(seconds)
    return f"{text}.to_i" if "." in text else text


def sections(*texts: str) -> str:
    """The texts that are not empty, with a blank line between them."""
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


_METHOD = regex(r"def (?:self\.)?(\w+[?!=]?)")


def methods(*texts: str) -> str:
    """The methods of all texts, each once, with a blank line between them; a comment stays with its method.

    Raises:
        ValueError: two that differ have the same name.
    """
    known: dict[str, str] = {}
    for text in texts:
        for chunk in _chunks(text):
            name = _METHOD.search(chunk)
            key = name[1] if name else chunk
            if known.setdefault(key, chunk) != chunk:
                raise ValueError(key)
    return sections(*known.values())


def _chunks(text: str) -> Iterator[str]:
    """The parts of a text that begin in the first column behind a blank line."""
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        if lines and not lines[-1] and line[:1].strip():
            yield "\n".join(lines).strip("\n")
            lines = []
        lines.append(line)
    if any(lines):
        yield "\n".join(lines).strip("\n")


def indent(text: str, levels: int) -> str:
    """The text, moved to the right by two spaces a level; blank lines stay empty."""
    return "\n".join("  " * levels + line if line else line for line in text.split("\n"))


def fit(text: str, width: int) -> str:
    """The text with every line that is too long broken where RuboCop would break it."""
    if max(map(len, text.split("\n"))) <= width:
        return text
    lines = (part for line in text.split("\n") for part in _fit_line(line, width))
    return "\n".join(part for run in _comments_together(lines) for part in _fit_comment(run, width))


def _comments_together(lines: Iterable[str]) -> Iterator[list[str]]:
    """Each line alone, but comments that follow each other at the same depth together."""
    run: list[str] = []
    for line in lines:
        if run and not (_COMMENT.match(line) and _COMMENT.match(run[0]) and _depth(line) == _depth(run[0])):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _fit_comment(run: list[str], width: int) -> list[str]:
    """The lines of a comment, filled again when one of them is too long; any other line as it is."""
    if max(map(len, run)) <= width or not _COMMENT.match(run[0]):
        return run
    import textwrap

    margin = " " * _depth(run[0])
    words = " ".join(_COMMENT.sub("", line) for line in run)
    return textwrap.wrap(
        words,
        width,
        initial_indent=f"{margin}# ",
        subsequent_indent=f"{margin}# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _fit_line(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    margin = line[: len(line) - len(line.lstrip())]
    code, comment = _split_comment(line)
    if comment:
        return _fit_commented(code, comment, margin, width)
    pieces = _fit_statement(line, margin) or _fit_hash_first(line, margin)
    if pieces:
        return [part for piece in pieces for part in _fit_line(piece, width)]
    group, block = _last_group(line, width), _last_block(line)
    if block and not (group and block[1] < group[0]):
        opening, closing = block
        parameters, body = _BLOCK_PARAMETERS.match(line[opening + 1 : closing].strip()).groups()  # type: ignore[union-attr]
        return [
            *_fit_line(f"{line[:opening]}do{parameters and f' {parameters}'}", width),
            *_fit_line(f"{margin}  {body}", width),
            *_fit_line(f"{margin}end{line[closing + 1 :]}", width),
        ]
    if group:
        opening, closing = group
        arguments = _split_commas(line[opening + 1 : closing].strip())
        inner = _one_a_line(arguments, f"{margin}  ")
        together = f"{margin}  {', '.join(arguments)}"
        body = [together] if len(together) < width else inner  # a house may put a comma behind it
        return [
            line[: opening + 1],
            *(part for piece in body for part in _fit_line(piece, width)),
            margin + line[closing:],
        ]
    return _fit_list(line, margin)


def _fit_statement(line: str, margin: str) -> list[str]:
    """A statement that takes another form on several lines; empty for any other line.

    A guard clause that returns what it says, a choice of what is assigned, or what is done to a record in turn.
    """
    if found := _GUARD.fullmatch(line):
        lines = [found[2], f"  {found[1]}", "  return", "end"]
    elif found := _CHOICE.fullmatch(line):
        below = " " * len(found[1])
        lines = [f"{found[1]}if {found[2]}", f"{below}  {found[3]}", f"{below}else", f"{below}  {found[4]}"]
        lines.append(f"{below}end")
    elif found := _TAPS.fullmatch(line):
        lines = [f"{found[1]} do {found[2]}", f"  {found[3]}", f"  {found[4]}", "end"]
    else:
        lines = []
    return [margin + one for one in lines]


def _fit_hash_first(line: str, margin: str) -> list[str]:
    """A line of arguments that begins with a hash, one a line; empty for any other line."""
    arguments = _split_commas(line.strip()) if line.lstrip().startswith("{") else []
    return _one_a_line(arguments, margin) if len(list(filter(None, arguments))) > 1 else []


def _fit_commented(code: str, comment: str, margin: str, width: int) -> list[str]:
    """The comment moves up, but for a directive, which RuboCop does not count and wants beside the code."""
    fitted = _fit_line(code, width)
    if _DIRECTIVE.match(comment):
        return [f"{fitted[0]} {comment}", *fitted[1:]]
    return [f"{margin}{comment}", *fitted]


def _fit_list(line: str, margin: str) -> list[str]:
    """The arguments of a call without brackets, or the pairs of a hash, each on a line of its own."""
    command = re.match(r"\s*[a-z_]+ (?=\S)", line)
    block = _BLOCK.search(line)
    end = block.start() if block else len(line)
    arguments = _split_commas(line[command.end() : end]) if command else []
    if command and len(arguments) > 1:
        separator = ",\n" + " " * command.end()
        return (command.group() + separator.join(arguments) + line[end:]).split("\n")
    if line.lstrip().startswith(("'", '"')):
        return _one_a_line(_split_commas(line.strip()), margin)
    text = _TEXT_OF_TWO_PARTS.fullmatch(line)
    return [f'{text[1]}"{text[2]}" \\', f'{" " * len(text[1])}"{text[3]}"{text[4]}'] if text else [line]


def _one_a_line(items: list[str], margin: str) -> list[str]:
    """The items, the last of which is empty where a comma stands behind them all."""
    *most, last = items
    return [*(f"{margin}{item}," for item in most), *([margin + last] if last else [])]


def _split_comment(line: str) -> tuple[str, str]:
    """The code and its trailing comment, each stripped; no comment: an empty string."""
    for index, character in _outside_strings(line):
        if character == "#" and line[index - 1 : index] == " " and line[:index].strip():
            return line[:index].rstrip(), line[index:]
    return line, ""


def _last_block(line: str) -> tuple[int, int] | None:
    """Where the last outermost block in curly brackets opens and closes; a lambda is none."""
    opened: list[int] = []
    found = None
    for index, character in _outside_strings(line):
        if character in "([{":
            opened.append(index)
        elif character in ")]}" and opened:
            start = opened.pop()
            called = re.search(r"[\w)] $", line[:start]) and not _LAMBDA.search(line[:start])
            if not opened and character == "}" and called:
                found = (start, index)
    return found


def _last_group(line: str, width: int) -> tuple[int, int] | None:
    """Where the last outermost pair of brackets that can be broken opens, within the width, and closes.

    Round ones, else square ones, else the curly ones of a hash that stands alone or is assigned. Not those of the
    parameters of a lambda, nor those around a method alone: ``map(&:id)``.
    """
    opened: list[int] = []
    found: dict[str, tuple[int, int]] = {}
    for index, character in _outside_strings(line):
        if character in "([{":
            opened.append(index)
        elif character in ")]}" and opened:
            start = opened.pop()
            unbroken = _LAMBDA.search(line[: index + 1]) or line.startswith("&:", start + 1)
            if not opened and start + 1 < index and start < width and not unbroken:
                found[character] = (start, index)
    return found.get(")") or found.get("]") or (found.get("}") if _HASH.match(line) else None)


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
    quoted, escaped, result = "", False, []
    for index, character in enumerate(text):
        if quoted:
            quoted = "" if character == quoted and not escaped else quoted
            escaped = character == "\\" and not escaped
        elif character in "\"'":
            quoted = character
        else:
            result.append((index, character))
    return result
