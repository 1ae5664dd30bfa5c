"""Queues put into a ``config/sidekiq.yml``: every byte of it stays, and nothing is put where there is doubt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.quoting import yaml_scalar
from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.queues import queues_of
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = regex(r":?queues:")
_DASH = regex(r"[ \t]*-[ \t]+")
_UNPLAIN = regex(r"[#&*!|>{<%]")  # an anchor, a tag, a block, ERB
_COMMENT = regex(r"(?:^|[ \t])#.*")
_WEIGHTED = regex(r"\[[^\[\],]+,[^\[\]]+\]")
_COUNTED = regex(r"[^\[,]+,[ \t]*\d+")
_DEPTH = 5
_OPENS = regex(r"(?:if|unless|case|while|until|for|begin)\b")
_DO = regex(r"\bdo\b\s*(?:\|[^|]*\|)?\Z")
_CLOSES = regex(r"end\b|\}")
# One value on its line: nothing that could bring keys or entries of its own.
_VALUE = regex(r"[ \t]*:?[\w.-]+:[ \t][^<]*(?:<%=[^%\n]*%>[^<]*)+")


def insert_queues(text: str, missing: Sequence[str]) -> str | None:
    """The text with more queues at the end of its list, or with a list where it has none; None where there is doubt.

    A list is added at the end of the file, ``default`` first, which is the only queue without one. Source: sidekiq
    v8.1.7 lib/sidekiq/cli.rb:289.
    """
    document = yaml.load(text)
    if _is_empty(text):
        document = {}
    if not isinstance(document, dict):
        return None
    lines = text.split("\n")
    newline = line_end(lines)
    keys = _count_keys(document)
    if keys == 0:
        wanted = [*dict.fromkeys(("default", *missing))]
        merged = _with_list(lines, wanted, newline) if keeps_to_values(lines) else None
    else:
        wanted = [*queues_of(document), *missing]
        merged = _with_entries(lines, missing, newline) if keys == 1 else None
    if merged is None:
        return None
    after = yaml.load(merged)
    kept = isinstance(after, dict) and _without_queues(after) == _without_queues(document)
    return merged if kept and queues_of(after) == wanted else None


def _is_empty(text: str) -> bool:
    return all(_plain(line) in {"", "---"} for line in text.split("\n"))


def _plain(line: str) -> str:
    """A line without its comment and its end."""
    return _COMMENT.sub("", line.rstrip("\r"), count=1).rstrip()


def _count_keys(value: object, depth: int = _DEPTH) -> int:
    """How many keys called ``queues`` there are, wherever."""
    if isinstance(value, list) and depth:
        return sum(_count_keys(inner, depth - 1) for inner in value)
    if not isinstance(value, dict) or not depth:
        return 0
    return sum((yaml.key(key) == "queues") + _count_keys(inner, depth - 1) for key, inner in value.items())


def _without_queues(document: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in document.items() if yaml.key(key) != "queues"}


def line_end(lines: Sequence[str]) -> str:
    """How the lines of a text end that was split at each newline."""
    return "\r\n" if lines[:-1] and all(line.endswith("\r") for line in lines[:-1]) else "\n"


def keeps_to_values(lines: Sequence[str]) -> bool:
    """Whether what ERB there is stands for a value on its line, so that no key can come from it."""
    return all(
        "<%" not in line or line.lstrip().startswith("#") or _VALUE.fullmatch(line.rstrip("\r")) for line in lines
    )


def _with_list(lines: Sequence[str], names: Sequence[str], newline: str) -> str:
    """The lines with a list behind them, its key written like the others."""
    keys = [line for line in lines if re.match(r":?\w+:", line)]
    colon = "" if keys and not any(line.startswith(":") for line in keys) else ":"
    entries = (f"  - [{yaml_scalar(name)}, 1]" for name in names)
    text = "\n".join(lines)
    end = "" if not text or text.endswith("\n") else newline
    return text + end + newline.join([f"{colon}queues:", *entries, ""])


def _with_entries(lines: Sequence[str], missing: Sequence[str], newline: str) -> str | None:
    """The lines with more entries behind the last of the one list at the margin that is plain to see."""
    heads = [number for number, line in enumerate(lines) if _HEAD.fullmatch(_plain(line))]
    if len(heads) != 1 or not _outside_of_conditions("\n".join(lines[: heads[0]])):
        return None
    dash, queue, last = "", "", heads[0]
    for number in range(heads[0] + 1, len(lines)):
        line = _plain(lines[number])
        begun = _DASH.match(line)
        if not line:
            continue
        if not begun:
            if line[0] in " \t-":
                return None
            break
        if (dash and begun.group() != dash) or _UNPLAIN.search(line):
            return None
        dash, queue, last = begun.group(), line[begun.end() :], number
    if not dash:
        return None
    new = [f"{dash}{_like(queue, name)}{newline[:-1]}" for name in missing]
    if last == len(lines) - 1:  # no line end behind the last entry
        return "\n".join([*lines[:last], lines[last] + newline[:-1], *new, ""])
    return "\n".join([*lines[: last + 1], *new, *lines[last + 1 :]])


def _like(queue: str, name: str) -> str:
    """An entry that is written like another: with a weight where that has one."""
    if _WEIGHTED.fullmatch(queue):
        return f"[{yaml_scalar(name)}, 1]"
    return f"{name},1" if _COUNTED.fullmatch(queue.strip("\"'")) else yaml_scalar(name)


def _outside_of_conditions(before: str) -> bool:
    """Whether every block that ERB opens in a text is closed in it, as far as each of its tags can be read."""
    depth = position = 0
    while (start := before.find("<%", position)) >= 0:
        end = before.find("%>", start)
        if end < 0 or before.startswith("<%%", start):
            return False
        code, position = before[start + 2 : end], end + 2
        if not code.startswith(("=", "#")):
            code = code.strip("- \t\n")
            depth += bool(_OPENS.match(code) or _DO.search(code)) - bool(_CLOSES.match(code))
    return depth == 0
