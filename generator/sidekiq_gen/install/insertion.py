"""Statements put into an initializer that is there: every byte of it stays, and nothing is put where there is doubt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import numbered_code_lines
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import layout
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.install.settings import Place

_BLOCK = regex(r"Sidekiq\.configure_(client|server)[ \t]+do[ \t]*\|[ \t]*([a-z_]\w*)[ \t]*\|[ \t]*(?:#.*)?")
_ANY_BLOCK = regex(r"\bSidekiq\.configure_(client|server)\b")
_END = regex(r"end[ \t]*(?:#.*)?")
_CLOSES = regex(r"end\b|[\])}]")
_HEREDOC = regex(r"<<[\"'`]?[A-Z]")  # whose text and end stand at the margin
_LEAVES = regex(r"(?:return|next|break|exit|abort)\b")
_SIDEKIQ = regex(r"(?:Sidekiq|SidekiqUniqueJobs)\b(?!.*[ \t](?:if|unless)[ \t])")
_CONFIGURATION = regex(r"\bconfig(?=[.)])")


def in_block(side: str, body: str) -> str:
    """Statements in a block of their own. side: ``client`` or ``server``."""
    return f"Sidekiq.configure_{side} do |config|\n{layout.indent(body, 1)}\nend"


@dataclass(frozen=True)
class Addition:
    """One statement that is to be in an initializer.

    shown: for people, in a list. text: Ruby without indentation, with a comment where it needs one; inside a block its
    parameter is called ``config``.
    """

    shown: str
    place: Place
    text: str

    @property
    def in_its_block(self) -> str:
        """The statement in a block of its own, where it needs one."""
        return self.text if self.place == "top" else in_block(self.place, self.text)


@dataclass(frozen=True)
class _Block:
    """The one block of a side. end: the number of the line that closes it."""

    parameter: str
    margin: str
    end: int
    empty: bool


def insert(text: str, additions: Sequence[Addition]) -> str | None:
    """The text with all additions in it; None where no place for them is certain.

    What belongs into a block goes to the end of the only one of its side, where it is plain to see where that ends,
    and else into a new block at the end of the file, where everything else goes, too.
    """
    if not additions:
        return text
    lines = text.split("\n")
    code = [(number, line.rstrip("\r")) for number, line in numbered_code_lines(text)]
    if not _takes_more(lines, code):
        return None
    newline = "\r\n" if lines[:-1] and all(line.endswith("\r") for line in lines[:-1]) else "\n"
    apart = [one.text for one in additions if one.place == "top"]
    inside: list[tuple[int, str]] = []
    for side in ("client", "server"):
        body = layout.sections(*(one.text for one in additions if one.place == side))
        if not body:
            continue
        block = _block(side, code)
        if block is None:
            apart.append(in_block(side, body))
        else:
            blank = "" if block.empty or not lines[block.end - 1].strip() else "\n"
            inside.append((block.end, blank + _margined(body, block)))
    for number, body in sorted(inside, reverse=True):
        lines[number:number] = [line + newline[:-1] for line in body.split("\n")]
    return _appended("\n".join(lines), layout.sections(*apart), newline)


def _takes_more(lines: Sequence[str], code: Sequence[tuple[int, str]]) -> bool:
    """Whether a statement at the end of the file is run whenever those are that are there about Sidekiq."""
    if any(line.rstrip("\r") == "__END__" for line in lines):
        return False
    outside = [line for _, line in code if line[:1].strip()]
    if any(_LEAVES.match(line) for line in outside):
        return False
    return not any("Sidekiq" in line for _, line in code) or any(map(_SIDEKIQ.match, outside))


def _block(side: str, code: Sequence[tuple[int, str]]) -> _Block | None:
    """The only block of a side, where it stands at the margin and no line of it can be taken for its end."""
    if sum(found[1] == side for _, line in code for found in _ANY_BLOCK.finditer(line)) != 1:
        return None
    opened = ((number, found) for number, line in code if (found := _BLOCK.fullmatch(line)) and found[1] == side)
    start, found = next(opened, (-1, None))
    if found is None:
        return None
    outside = [(number, line) for number, line in code if number > start and line[:1].strip()]
    if not outside or not _END.fullmatch(outside[0][1]) or any(_CLOSES.match(line) for _, line in outside[1:2]):
        return None
    end = outside[0][0]
    inner = [line for number, line in code if start < number < end]
    margins = [line[: len(line) - len(line.lstrip())] for line in inner]
    margin = min(margins, key=len, default="  ")
    if any(not other.startswith(margin) for other in margins):
        return None
    if any(_LEAVES.match(line[len(margin) :]) or _HEREDOC.search(line) for line in inner):
        return None
    return _Block(found[2], margin, end, empty=end == start + 1)


def _margined(body: str, block: _Block) -> str:
    """The body as deep as the others in its block, in tabs where those are."""
    lines = []
    for line in _CONFIGURATION.sub(block.parameter, body).split("\n"):
        plain = line.lstrip(" ")
        deeper = "\t" * ((len(line) - len(plain)) // 2) if "\t" in block.margin else line[: len(line) - len(plain)]
        lines.append(f"{block.margin}{deeper}{plain}" if plain else "")
    return "\n".join(lines)


def _appended(text: str, more: str, newline: str) -> str:
    """The text with more behind a blank line at its end."""
    if not more:
        return text
    end = "" if not text or text.endswith("\n") else newline
    blank = newline if text.strip() and not re.search(r"\n[ \t]*\r?\n\Z", text + end) else ""
    return text + end + blank + more.replace("\n", newline) + newline
