"""Values that are spelled out in Ruby: words, lists, hashes, and constants that stand for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

MAXIMUM_TOKENS = 2_000
# So deep may brackets stand in each other; what is deeper is not read at all.
MAXIMUM_DEPTH = 50

_TOKEN = regex(
    r"(?P<space>[ \t\r]+|\\\n|#[^\n]*)|(?P<newline>\n\s*)"
    # No longer than this: where the end is missing, all that follows would be looked through for each of them.
    r"|(?P<words>%[wWiI](?:\[[^\]]{0,4000}\]|\([^)]{0,4000}\)|\{[^}]{0,4000}\}|<[^>]{0,4000}>|\|[^|]{0,4000}\|"
    r"|/[^/]{0,4000}/|![^!]{0,4000}!))"
    r"|(?P<label>(?:[A-Za-z_]\w*[?!]?|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'):(?!:))"
    r"|(?P<symbol>:(?:[A-Za-z_]\w*[?!=]?|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'))"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<number>-?[0-9][0-9_]*(?:\.[0-9]+)?)"
    r"|(?P<constant>(?:::)?[A-Z]\w*(?:::[A-Z]\w*)*)"
    r"|(?P<name>[A-Za-z_@$]\w*[?!]?)"
    r"|(?P<mark>=>|->|&\.|\*\*|<<|==|\|\||&&|.)",
    re.DOTALL,
)
# What Ruby makes of it at run time: an interpolation, or a character that is spelled out.
_COMPUTED = regex(r":?\"(?:[^\"\\\n]|\\.)*?(?:#[{$@]|\\[^\"\\#'{$@])|%[WI].*#[{$@]", re.DOTALL)
_OPENING = {"[": "]", "{": "}", "(": ")"}
_GOES_ON = frozenset({",", "=>", "[", "{", "(", "|", "+", "<<", ".", "&.", "=", "||", "&&"})


@dataclass(frozen=True)
class Token:
    """One word of Ruby, without its quotes or colon."""

    kind: str
    text: str


@dataclass(frozen=True)
class Node:
    """A value.

    kind: ``word`` for a string or a symbol; ``other`` for what cannot be read.
    items: of a list or hash; the first of each pair is the key, empty in a list, and where it is no word.
    calls: the methods called on it, with what they are given: ``("freeze",)``, ``("index_by(&:itself)",)``.
    """

    kind: Literal["word", "number", "list", "hash", "constant", "other"]
    text: str = ""
    items: tuple[tuple[str, Node], ...] = ()
    calls: tuple[str, ...] = ()


def read_arguments(text: str, position: int) -> tuple[tuple[str, Node], ...]:
    """The arguments of a call whose name ends at position, each with its keyword, which is empty where it has none."""
    tokens = statement(text, position)
    if tokens and tokens[0] == Token("mark", "(") and closing(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    elif tokens and tokens[0] == Token("mark", "("):
        tokens = tokens[1 : closing(tokens, 0)]
    return _items(tokens)


def read_value(text: str, position: int) -> Node:
    """The expression that begins at position and ends with its line, or where it is complete."""
    return _node(statement(text, position))


def statement(text: str, position: int) -> list[Token]:
    """The tokens up to the end of a statement, or to the block that it opens; none of one that is nested too deep."""
    found: list[Token] = []
    depth = 0
    for match in _TOKEN.finditer(text, position):
        kind, word = match.lastgroup or "", match.group()
        if len(found) > MAXIMUM_TOKENS:
            break
        if kind == "space":
            continue
        if kind == "newline":
            following = text[match.end() : match.end() + 2]
            goes_on = depth or (found and found[-1].kind in {"mark", "label"} and _continues(found[-1]))
            if not goes_on and not following.startswith((".", "&.")):
                break
            continue
        if not depth and ((kind == "name" and word in {"do", "if", "unless"}) or word == ";"):
            break
        if kind == "mark":
            depth += (word in _OPENING) - (word in _OPENING.values())
            if depth < 0:
                break
            if depth > MAXIMUM_DEPTH:
                return []
        found.append(Token("computed", word) if _COMPUTED.match(word) else Token(kind, _plain(kind, word)))
    return found


def _continues(token: Token) -> bool:
    return token.kind == "label" or token.text in _GOES_ON


def _plain(kind: str, word: str) -> str:
    """A token's text without its colon and quotes."""
    if kind == "label":
        word = word[:-1]
    elif kind == "symbol":
        word = word[1:]
    quoted = kind in {"label", "symbol", "string"} and word[:1] in {'"', "'"}
    return _unescaped(word) if quoted else word


def _unescaped(literal: str) -> str:
    """The text of a literal in quotes. Source: Ruby's doc/syntax/literals.rdoc (what a backslash means in them)."""
    return re.sub(r"\\([\\'])" if literal[0] == "'" else r"\\(.)", r"\1", literal[1:-1])


def closing(tokens: list[Token], opening: int) -> int:
    """Where the bracket at opening closes; the end of the tokens where it does not."""
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].kind == "mark":
            depth += (tokens[index].text in _OPENING) - (tokens[index].text in _OPENING.values())
            if not depth:
                return index
    return len(tokens)


def _items(tokens: list[Token]) -> tuple[tuple[str, Node], ...]:
    """What commas divide, each with its key."""
    return tuple(_item(part) for part in parts_of(tokens) if part)


def parts_of(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens cut at the outermost commas."""
    start = depth = 0
    for index, token in enumerate(tokens):
        if token.kind != "mark":
            continue
        depth += (token.text in _OPENING) - (token.text in _OPENING.values())
        if token.text == "," and not depth:
            yield tokens[start:index]
            start = index + 1
    yield tokens[start:]


def _item(tokens: list[Token]) -> tuple[str, Node]:
    if tokens[0].kind == "label":
        return tokens[0].text, _node(tokens[1:])
    if tokens[0].kind == "computed" and tokens[0].text.endswith(":"):
        return "", _node(tokens[1:])
    if len(tokens) > 1 and tokens[1] == Token("mark", "=>"):
        return (tokens[0].text if tokens[0].kind in {"symbol", "string"} else "", _node(tokens[2:]))
    return "", _node(tokens)


def _node(tokens: list[Token]) -> Node:
    named = 0  # STATUSES = [PENDING = "pending", ...]
    while len(tokens) > named + 2 and tokens[named].kind == "constant" and tokens[named + 1] == Token("mark", "="):
        named += 2
    if not tokens:
        return Node("other")
    first, rest = tokens[named], tokens[named + 1 :]
    if first.kind == "mark" and first.text in {"[", "{", "("}:
        end = closing(tokens, 0)
        items, rest = _items(tokens[1:end]), tokens[end + 1 :]
        if first.text == "(":
            value = items[0][1] if len(items) == 1 else Node("other")
        else:
            value = Node("list" if first.text == "[" else "hash", items=items)
    else:
        value = _atom(first)
    calls = _calls(rest)
    if calls is None or (calls and value.calls):
        return Node("other")
    return Node(value.kind, value.text, value.items, calls or value.calls)


def _atom(token: Token) -> Node:
    if token.kind == "words":
        return Node("list", items=tuple(("", Node("word", word)) for word in token.text[3:-1].split()))
    if token.kind in {"string", "symbol"}:
        return Node("word", token.text)
    if token.kind in {"number", "constant"}:
        return Node("number" if token.kind == "number" else "constant", token.text.removeprefix("::"))
    return Node("other", token.text)


def _calls(tokens: list[Token]) -> tuple[str, ...] | None:
    """The methods that are called on a value, as they are written; None for anything else that follows it."""
    found: list[str] = []
    while tokens:
        if tokens[0].text not in {".", "&."} or len(tokens) == 1:
            return None
        end = 2
        if len(tokens) > end and tokens[end].text in {"(", "{"}:
            end = closing(tokens, end) + 1
        found.append("".join((":" if token.kind == "symbol" else "") + token.text for token in tokens[1:end]))
        tokens = tokens[end:]
    return tuple(found)
