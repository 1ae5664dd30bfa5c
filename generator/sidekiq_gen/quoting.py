r"""Text that was read or typed, as it goes out: one function for each place it can go to, and stays data there.

Nothing else in the package puts quotes around what comes from a repo or the command line. Each function here takes
any text, with undecodable bytes as Python has them (``\udc80`` to ``\udcff``), and never raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

# Ruby that stands for itself behind a colon, or before one.
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_SYMBOL = regex(r"[A-Za-z_][A-Za-z0-9_]*[?!=]?")
# A constant, with any namespaces. A capital of another alphabet begins one from Ruby 2.6 on only: it is refused.
_CONSTANT = regex(r"[A-Z]\w*(?:::[A-Z]\w*)*")
_INTERPOLATES = regex(r"#(?=[{$@])", needs="#")
_ESCAPED_HASH = r"\\#"
_SPELLED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# What YAML reads back as the text that it looks like, wherever it stands: a letter, then nothing that means anything.
_PLAIN_YAML = regex(r"[A-Za-z_](?:[A-Za-z0-9_./-]|:(?=[A-Za-z0-9_./:-]))*(?<!:)")
_NO_TEXT_IN_YAML = frozenset("y n yes no on off true false null nan inf".split())
_BYTES = range(0xDC80, 0xDD00)
_SURROGATES = range(0xD800, 0xE000)
_LAST_SMALL = 0xFF
_TOO_LONG, _SHOWN = 250, 60  # of a path, in a sentence
_LAST_OF_BMP = 0xFFFF


def ruby_string(text: str) -> str:
    """A string of Ruby in double quotes, which evaluates to the text.

    Source: Ruby's doc/syntax/literals.rdoc: ``#`` begins an interpolation before ``{``, ``$`` and ``@`` alone.
    """
    return f'"{_INTERPOLATES.sub(_ESCAPED_HASH, "".join(map(_in_ruby, text)))}"'


def ruby_text(text: str) -> str:
    """The inside of such a string, for a part of a longer one: whatever may stand behind it."""
    return re.sub(r"#\Z", _ESCAPED_HASH, ruby_string(text)[1:-1])


def ruby_symbol(text: str) -> str:
    """A symbol: ``:paid``, ``:"on hold"``."""
    return f":{text}" if _SYMBOL.fullmatch(text) else f":{ruby_string(text)}"


def ruby_label(text: str) -> str:
    """What stands before the colon of a pair, and behind that of a symbol: ``paid``, ``"on hold"``."""
    return text if _NAME.fullmatch(text) else ruby_string(text)


def ruby_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """The pairs of a hash without its braces, each a name and the Ruby of its value: ``id: 1, "on hold": true``."""
    return ", ".join(f"{ruby_label(name)}: {value}" for name, value in pairs)


def is_constant(text: str) -> bool:
    """Whether Ruby takes it for a constant, with its namespaces or without: ``Billing::Invoice``."""
    return _CONSTANT.fullmatch(text) is not None


def yaml_scalar(text: str) -> str:
    """A scalar of YAML that is read back as this text, in a list as well as in a block, and that ERB leaves alone.

    Source: YAML 1.1, 5.7 (escapes in double quotes) and type/bool.html; ERB takes ``<%``, and ``%`` at the beginning
    of a line.
    """
    if _PLAIN_YAML.fullmatch(text) and text.lower() not in _NO_TEXT_IN_YAML:
        return text
    return '"' + "".join(r"\x25" if character == "%" else _in_yaml(character) for character in text) + '"'


def sql_string(text: str) -> str:
    """A string of SQL, where a backslash means nothing; what cannot be seen is left to whoever spells it in Ruby."""
    return "'" + text.replace("'", "''") + "'"


def visible(text: str) -> str:
    r"""The text for a terminal: line ends and tabs stay, what cannot be seen or would steer it is spelled out.

    That is every control, of C0 as of C1, every mark that changes the direction of writing or joins or hides letters,
    what only looks like a line end (U+2028), and bytes that are no text: ``\x1b``, ``\u202e``.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in "\n\t" else _in_text(one) for one in text)


def shortened(path: object) -> str:
    """A path for a sentence: of one that is absurdly long, how it begins."""
    text = str(path)
    return text if len(text) < _TOO_LONG else f"{text[:_SHOWN]}..."


def in_json(document: str) -> str:
    r"""A document of JSON that says the same, with escapes for what `visible` would not let onto a terminal."""
    if document.isprintable():
        return document
    return "".join(one if one.isprintable() or one == "\n" else _in_document(one) for one in document)


def _in_document(character: str) -> str:
    from json import dumps

    return "\\u007f" if character == "\x7f" else dumps(character)[1:-1]


def _in_both(character: str) -> str | None:
    """What stands for it in double quotes of Ruby and of YAML alike; None where each has an escape of its own."""
    if character in _SPELLED:
        return _SPELLED[character]
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\x{number - 0xDC00:02X}" if number in _BYTES else None


def _in_ruby(character: str) -> str:
    same = _in_both(character)
    if same is not None:
        return same
    number = ord(character)
    if number in _SURROGATES:  # which no escape of Ruby's names, as they are no characters
        return "".join(f"\\x{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
    return f"\\u{{{number:X}}}" if number > _LAST_OF_BMP else f"\\u{number:04X}"


def _in_yaml(character: str) -> str:
    same = _in_both(character)
    if same is not None:
        return same
    number = ord(character)
    return f"\\U{number:08X}" if number > _LAST_OF_BMP else f"\\u{number:04X}"


def _in_text(character: str) -> str:
    number = ord(character)
    if number in _BYTES:
        return f"\\x{number - 0xDC00:02x}"
    if number <= _LAST_SMALL:
        return f"\\x{number:02x}"
    return f"\\U{number:08x}" if number > _LAST_OF_BMP else f"\\u{number:04x}"
