"""As much of Ruby's syntax as reading a well-indented file takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sidekiq_gen.style import Quotes

CONSTANT = r"[A-Z]\w*(?:::[A-Z]\w*)*"
MAXIMUM_CALL = 20
MAXIMUM_ESCAPES = 50

_DEFINITION = regex(rf"([ \t]*)(class|module)[ \t]+(?:::)?({CONSTANT})(?:[ \t]*<[ \t]*(?:::)?({CONSTANT}))?")
_HEREDOC = regex(r"<<[~-][\"'`]?([A-Za-z_]\w*)")
# A literal, or a comment, which is matched so that quotes in it are not.
_LITERAL = regex(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|#[^\n]*")
# Likewise, but a comment has a space before it: not so in a regular expression.
_COMMENT = regex(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|(?:^|(?<=\s))#(?!\{)[^\n]*")
_SINGLE = 2
_NEEDS_ITS_QUOTES = regex(r"[\\\"'\n]|#[{@$]")


@dataclass(frozen=True)
class Definition:
    """A class or module that a file opens.

    name: with its namespaces: ``Billing::Invoice``.
    superclass: as written; None when there is none.
    """

    name: str
    keyword: Literal["class", "module"]
    superclass: str | None


def code_lines(text: str) -> Iterator[str]:
    """The lines of a Ruby file but for blank ones, comments, the bodies of heredocs and what follows ``__END__``."""
    if "<<" in text or "=begin" in text or "__END__" in text:
        return (line for _, line in numbered_code_lines(text))
    return (line for line in text.split("\n") if (code := line.lstrip()) and (code[0] != "#" or code[:2] == "#{"))


def numbered_code_lines(text: str) -> Iterator[tuple[int, str]]:
    """The same lines, each with its number, from 0 on."""
    lines = text.split("\n")
    last = {line.strip(): number for number, line in enumerate(lines)} if "<<" in text else {}
    until = ""
    for number, line in enumerate(lines):
        stripped = line.strip()
        if until:
            until = "" if stripped == until or (until == "=end" and line.startswith(until)) else until
        elif line.startswith("=begin"):
            until = "=end"
        elif line == "__END__":
            return
        elif stripped and (stripped[0] != "#" or stripped.startswith("#{")):  # which a list of words may begin with
            yield number, line
            heredoc = _HEREDOC.search(line) if "<<" in line else None
            if heredoc and last.get(heredoc[1], -1) > number:
                until = heredoc[1]


def without_comment(line: str) -> str:
    """A line of code without the comment behind it."""
    if _is_full_of_escapes(line):
        return line.rstrip()
    return _COMMENT.sub(lambda found: "" if found[0].startswith("#") else found[0], line).rstrip()


def _is_full_of_escapes(line: str) -> bool:
    """Whether a line is none that people write.

    A quote that nothing closes is looked for to the end of the line; more than a few of these take escapes between.
    """
    return line.count("\\") > MAXIMUM_ESCAPES


def definitions(lines: Iterable[str]) -> tuple[Definition, ...]:
    """The classes and modules in lines of code, in order; what is inside what is told by the indentation."""
    found: list[Definition] = []
    around: list[tuple[int, str]] = []
    for line in lines:
        if "class" not in line and "module" not in line:
            continue
        opened = _DEFINITION.match(line)
        if not opened:
            continue
        indentation = len(opened[1].expandtabs(2))
        while around and around[-1][0] >= indentation:
            around.pop()
        name = f"{around[-1][1]}::{opened[3]}" if around else opened[3]
        around.append((indentation, name))
        found.append(Definition(name, "class" if opened[2] == "class" else "module", opened[4]))
    return tuple(found)


def calls(lines: Sequence[str], method: str) -> Iterator[str]:
    """The calls of a method that begin a line, each joined to one line; lines as ``code_lines`` gives them."""
    for number, line in enumerate(lines):
        if method not in line or not line.lstrip().startswith((f"{method} ", f"{method}(")):
            continue
        call = line.strip()
        for continuation in lines[number + 1 : number + MAXIMUM_CALL]:
            if not call.endswith((",", "(", "{", "[", "\\")):
                break
            call = f"{call} {continuation.strip()}"
        yield call


def usual_quotes(lines: Sequence[str]) -> Quotes | None:
    """The quotes of most string literals that could have either; None where neither are more."""
    single = double = 0
    text = "\n".join(lines)
    if _is_full_of_escapes(text):
        text = "\n".join(line for line in lines if not _is_full_of_escapes(line))
    for literal in _LITERAL.finditer(text):
        content = literal[literal.lastindex] if literal.lastindex else None
        if content is not None and not _NEEDS_ITS_QUOTES.search(content):
            single += literal.lastindex == _SINGLE
            double += literal.lastindex != _SINGLE
    return None if single == double else "single" if single > double else "double"


def fold(name: str) -> str:
    """A constant or a path without what inflections decide, so that one can be looked up by the other."""
    return name.removeprefix("::").replace("::", "/").replace("_", "").lower()
