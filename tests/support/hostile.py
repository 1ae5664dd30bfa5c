"""Texts that would be code, syntax or terminal control if whoever prints them took them as they are."""

from __future__ import annotations

import random

# What a text must never do where it ends up; a program that saw it as code would meet this name.
MARK = "PWNED"

_PARTS = [
    *"\"'`\\#{}$@%()[]<>|;:,=&*!?~^+-./ \t\n\r",
    *("#{", "#$", "#@", "#{'", "\\\\", '\\"', "%>", "<%", "<%=", "%%", "%(", "%w[", "__END__", "=begin", "\n=begin\n"),
    *(
        ": ",
        " #",
        "- ",
        "? ",
        "*a",
        "&a",
        "!!str",
        "{a: 1}",
        "[1]",
        "|-",
        ">",
        "---",
        "...",
        "~",
        "null",
        "true",
        "off",
    ),
    *("1", "0x1f", "1_000", "1e3", ".inf", "12:30", "2026-01-31", "yes", "n", "=", "<<", ":sym", "\u00e4", "\u00df"),
    *("\x00", "\x07", "\x1b[31m", "\x7f", "\x9b31m", "\u0085", "\u00a0", "\u00ad", "\u061c", "\u200b", "\u200e"),
    *("\u2028", "\u2029", "\u202e", "\u2066", "\u2069", "\ufeff", "\ufffe", "\U0001f600", "\U000e0041", "\udcff"),
    *("\udc80", "\ud800", "word", "Word", "two words", "_", "a1"),
]
WHOLE = [
    "",
    f'one"; system("{MARK}"); "',
    f'one#{{system("{MARK}")}}',
    f"one#{{system(%q({MARK}))}}",
    f"'; `{MARK}`; '",
    f"<%= `{MARK}` %>",
    f"\n{MARK}.call\n# ",
    f"a\\\nb: !ruby/object:{MARK} {{}}",
]


def texts(count: int, *, seed: int = 13) -> list[str]:
    """So many different texts, the same ones each time: the worst first, then every part, then mixtures of them."""
    chosen = random.Random(seed)  # noqa: S311 - nothing secret
    found = dict.fromkeys([*WHOLE, *_PARTS])
    while len(found) < count:
        found["".join(chosen.choices(_PARTS, k=chosen.randint(2, 6)))] = None
    return list(found)[:count]


def as_bytes(text: str) -> bytes:
    """What a text is in a file: undecodable bytes as they were, lone surrogates as UTF-8 would have them."""
    return b"".join(
        one.encode("utf-8", "surrogateescape" if "\udc80" <= one <= "\udcff" else "surrogatepass") for one in text
    )
