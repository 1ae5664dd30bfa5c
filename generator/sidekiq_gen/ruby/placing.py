"""Where Ruby's lines and spaces go, as the house has it: each function turns the form of the templates into another."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import layout, literals
from sidekiq_gen.ruby.brackets import edited, items, pair_at, spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.ruby.brackets import Pair
    from sidekiq_gen.style import Commas, Layout, Private

_PRIVATE = regex(r"^( +)private$\n?", re.MULTILINE)
_INCLUDE = regex(r"^( *)(include [^\n]+\n)\n(?=\1sidekiq_options\b)", re.MULTILINE)
_DEFINITION = regex(r"^ *def [\w.?!]+\(([^)\n]*)\)", re.MULTILINE)
_PARAMETERS_OF_BLOCK = regex(r"(?<=\{) (?=\|)")
_COMMAND = regex(r"( *)([a-z_]\w*) (?=\S).*,")
_ARRAY_IN_TEXT = regex(r"(#\{(?:[^{}\n\"]*[({\s,])?)\[([^\[\]\n\"]+)\]")
_WORDS = regex(r'\["[\w-]+"(?:, "[\w-]+")*\]', needs='["')

# What is about brackets, and has nothing to be changed in what the templates say.
_IN_BRACKETS = {
    "spaced_hashes": True,
    "spaced_arrays": False,
    "spaced_parameters": True,
    "spaced_defaults": True,
    "argument_commas": "none",
    "array_commas": "none",
    "hash_commas": "none",
    "words": 0,
}


def placed(source: str, style: Layout, width: int) -> str:
    """Ruby in the form of the templates, in that of the house; width: of its lines."""
    source = source if style.airy_include else _INCLUDE.sub(r"\1\2", source)
    source = source if style.aligned_arguments else with_fixed_indentation(source)
    source = with_private(source, style.private, airy=style.airy_private, width=width)
    return in_brackets(source, style)


def with_private(source: str, place: Private, *, airy: bool, width: int) -> str:
    """Ruby whose ``private`` stands where the house puts it, and whose methods below it do."""
    found = list(_PRIVATE.finditer(source))
    for one in reversed(found) if place != "flush" or not airy else ():
        margin = one[1]
        outer = margin[:-2]
        end = re.compile(rf"^{outer}end\b", re.MULTILINE).search(source, one.end())
        below = source[one.end() : end.start() if end else len(source)]
        if place == "indented":
            below = layout.fit(layout.indent(below, 1), width)
        word = f"{outer if place == 'outdented' else margin}private\n"
        below = below if airy else below.lstrip("\n")
        source = source[: one.start()] + word + below + (source[end.start() :] if end else "")
    return source


def with_fixed_indentation(source: str) -> str:
    """Ruby whose arguments without brackets stand two columns to the right of their call, not below each other."""
    lines, codes = source.split("\n"), [line.rstrip() for line in literals.blanked(source).split("\n")]
    column, margin = 0, ""
    for number, code in enumerate(codes):
        if column and re.match(rf" {{{column}}}\S", lines[number]):
            lines[number] = margin + lines[number].lstrip()
            column = column if code.endswith(",") or not code else 0
            continue
        command = _COMMAND.fullmatch(code)
        column, margin = (command.end(2) + 1, f"{command[1]}  ") if command else (0, "")
    return "\n".join(lines)


def in_brackets(source: str, style: Layout) -> str:
    """Ruby with the spaces, commas and words that the house puts into brackets."""
    source = _ARRAY_IN_TEXT.sub(r"\1[ \2 ]", source) if style.spaced_arrays else source
    other = {field for field, usual in _IN_BRACKETS.items() if getattr(style, field) != usual}
    if not other or (other == {"words"} and not _WORDS.search(source)):
        return source
    mask = literals.blanked(source)
    edits = [
        edit
        for opening, closing in spans(mask)
        if mask[opening] != "(" or "\n" in mask[opening:closing]  # parentheses on one line stay as they are
        for edit in _edits(source, mask, pair_at(mask, opening, closing), style)
    ]
    if not style.spaced_parameters:
        edits += [(found.start(), found.end(), "") for found in _PARAMETERS_OF_BLOCK.finditer(mask)]
    if not style.spaced_defaults:
        edits += [
            (found.start(1) + one.start(), found.start(1) + one.end(), "=")
            for found in _DEFINITION.finditer(mask)
            for one in re.finditer(" = ", found[1])
        ]
    return edited(source, edits)


def _edits(source: str, mask: str, pair: Pair, style: Layout) -> Iterator[tuple[int, int, str]]:
    between = source[pair.opening + 1 : pair.closing]
    if "\n" in mask[pair.opening : pair.closing]:
        wanted = {"arguments": style.argument_commas, "array": style.array_commas, "hash": style.hash_commas}
        yield from _comma(mask, pair, wanted.get(pair.kind, "none"))
    elif pair.kind == "hash" and not style.spaced_hashes and between.strip():
        yield pair.opening + 1, pair.opening + 2, ""
        yield pair.closing - 1, pair.closing, ""
    elif pair.kind == "array":
        words = between.count(",") + 1 if _WORDS.fullmatch(source, pair.opening, pair.closing + 1) else 0
        if words and 0 < style.words <= words:
            yield pair.opening, pair.closing + 1, f"%w[{between.replace(', ', ' ').replace(chr(34), '')}]"
        elif between and style.spaced_arrays:
            yield pair.opening + 1, pair.opening + 1, " "
            yield pair.closing, pair.closing, " "


def _comma(mask: str, pair: Pair, wanted: Commas) -> Iterator[tuple[int, int, str]]:
    """A comma behind the last of what stands in brackets on several lines, where the house has one.

    Source: rubocop v1.89 lib/rubocop/cop/mixin/trailing_comma.rb.
    """
    parts = items(mask, pair)
    if wanted == "none" or not parts or mask[parts[-1][0]] == "&":
        return
    end = parts[-1][1]
    ends_its_line = "\n" in mask[end : pair.closing]
    gaps = [mask[one[1] : other[0]] for one, other in pairwise(parts)]
    apart = all("\n" in gap for gap in gaps)
    if ends_its_line and (apart or wanted != "own_lines"):
        yield end, end, ","
