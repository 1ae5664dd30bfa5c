"""Words that Ruby leaves free, as the house has them: each turns what the templates say into another way to say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import literals
from sidekiq_gen.ruby.brackets import edited, items, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.style import Layout

_RESCUE = r"(?<=\brescue)\x20StandardError(?=\x20=>|$)"
_REFUTED = r"(?<![\w.])assert_not(?=[_ (])"
_CALL = r"(?<=[\w)\]])\.call(?=\()"
_BARE_CALL = r"(?<=[\w)\]])\.call\b(?![(?!=:])"
_ARRAYS_OF_ONE = regex(r"\.map \{ \|(\w+)\| \[\1\] \}")
_LIST = regex(r"\b(\d+)\.times \{ ((?:FactoryBot\.)?create)\((:\w+)((?:, [^{}\n]*)?)\) \}")
_COMMANDS = regex(
    r"^ *(?:raise|change_table|add_\w+|t\.\w+)( )(?!if |unless )((?:.*,\n)*.*?)(?= (?:if|unless|do) | *$)", re.MULTILINE
)
_HANDED_ON = regex(r"^( *)(def \w+)\(&block\)\n((?:(?!\1end\b).*\n)+)", re.MULTILINE, needs="(&block)")
_PAIR = regex(r"(\w+): (.*)", re.DOTALL)


def worded(source: str, style: Layout) -> str:
    """Ruby in the words of the templates, in those of the house."""
    source = _ARRAYS_OF_ONE.sub(".zip", source) if style.zip else source
    source = _LIST.sub(r"\2_list(\3, \1\4)", source) if style.lists else source
    for pattern, new, wanted in (
        (_RESCUE, "", style.implicit_rescue),
        (_REFUTED, "refute", style.refutes),
        (_CALL, ".", style.brief_calls),
        (_BARE_CALL, ".()", style.brief_calls),
    ):
        source = literals.outside_literals(source, pattern, new) if wanted else source
    source = _HANDED_ON.sub(_unnamed, source) if style.unnamed_blocks else source
    source = edited(source, _closed(source)) if style.closed_raise else source
    return source if style.shorthand == "none" else edited(source, _shortened(source, style))


def _unnamed(method: re.Match[str]) -> str:
    """A method without the name of its block, where it only hands that on, and not from inside of another one."""
    margin, head, body = method.groups()
    named = re.findall(r"\bblock\b", body)
    on_lines = rf"\(\n(?:{margin}    .*\n)*?{margin}    .*&block\n{margin}  \)"
    handed = re.findall(rf"^{margin}  \S.*(?:&block\)|{on_lines})", body, re.MULTILINE)
    return f"{margin}{head}(&)\n{body.replace('&block', '&')}" if len(named) == len(handed) else method[0]


def _closed(source: str) -> Iterator[tuple[int, int, str]]:
    """The brackets around what is raised, and around what a migration adds."""
    for found in _COMMANDS.finditer(literals.blanked(source)):
        yield found.start(1), found.end(1), "("
        yield found.end(2), found.end(2), ")"


def _shortened(source: str, style: Layout) -> Iterator[tuple[int, int, str]]:
    """What is left out of ``id: id``; where all pairs have to agree, only where each can do without."""
    mask = literals.blanked(source)
    for pair in pairs(mask):
        if pair.kind not in {"arguments", "hash"}:
            continue
        found = [(end, _PAIR.fullmatch(source, start, end)) for start, end in items(mask, pair)]
        named = [(end, one) for end, one in found if one]
        short = [(end - len(one[2]) - 1, end, "") for end, one in named if one[1] == one[2]]
        if style.shorthand == "always" or len(short) == len(named):
            yield from short
