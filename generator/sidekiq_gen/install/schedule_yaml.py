"""An entry put into a schedule in YAML: every byte that was there stays, and nothing is put where there is doubt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.install.queues import keeps_to_values, line_end
from sidekiq_gen.quoting import yaml_scalar
from sidekiq_gen.rails import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEPTH = 8


def entry(name: str, pairs: Mapping[str, str], keys: Sequence[str] = (), *, colon: str = ":") -> list[str]:
    """The lines of an entry below its keys. colon: what stands before a key, so that it is a symbol; may be empty."""
    lines = [f"{'  ' * depth}{colon}{key}:" for depth, key in enumerate(keys)]
    margin = "  " * len(keys)
    values = map(yaml_scalar, pairs.values())
    return [
        *lines,
        f"{margin}{name}:",
        *(f"{margin}  {key}: {value}" for key, value in zip(pairs, values, strict=True)),
    ]


def insert_entry(text: str, name: str, pairs: Mapping[str, str], keys: Sequence[str]) -> str | None:
    """The text with the entry in it, below its keys, which are added where they are missing; None where there is doubt.

    An entry of that name that is there already is doubt, too.
    """
    document = yaml.load(text) or {}
    lines = text.split("\n")
    if not isinstance(document, dict) or not keeps_to_values(lines):
        return None
    before = _plain(document)
    missing = [*keys]
    inner = before
    while missing and isinstance(inner, dict) and missing[0] in inner:
        inner = inner[missing.pop(0)]
    found = len(keys) - len(missing)
    wanted: dict[str, object] = {name: dict(pairs)}
    for key in reversed(missing):
        wanted = {key: wanted}
    if (inner is not None and not isinstance(inner, dict)) or set(wanted) & set(inner or {}):
        return None
    merged = _inserted(lines, keys[:found], entry(name, pairs, missing, colon=_colon(lines)), line_end(lines))
    return merged if merged is not None and _plain(yaml.load(merged)) == _with(before, keys[:found], wanted) else None


def _colon(lines: Sequence[str]) -> str:
    """What the keys of the file have in front of them."""
    keys = [line for line in lines if re.match(r":?\w+:", line)]
    return "" if keys and not any(line.startswith(":") for line in keys) else ":"


def _inserted(lines: Sequence[str], keys: Sequence[str], new: Sequence[str], newline: str) -> str | None:
    """The lines with new ones: right below the last of the keys, or at the end of the file where there is none."""
    if not keys:
        text = "\n".join(lines)
        end = "" if not text or text.endswith("\n") else newline
        blank = newline if re.search(r"\n\r?\n\S", text) else ""
        return text + end + blank + newline.join([*new, ""])
    number, margin = -1, ""
    for key in keys:
        heads = (
            at for at in range(number + 1, len(lines)) if re.match(rf"{margin}[ ]*:?{key}:\s*(?:#.*)?$", lines[at])
        )
        number = next(heads, -1)
        if number < 0:
            return None
        below = next((line for line in lines[number + 1 :] if line.strip() and not line.lstrip().startswith("#")), "")
        depth, own = len(below) - len(below.lstrip()), len(lines[number]) - len(lines[number].lstrip())
        margin = " " * (depth if depth > own else own + 2)
    head = lines[number] if number < len(lines) - 1 else lines[number] + newline[:-1]
    added = [f"{margin}{line}{newline[:-1]}" for line in new]
    rest = lines[number + 1 :] or [""]
    return "\n".join([*lines[:number], head, *added, *rest])


def _plain(value: object, depth: int = _DEPTH) -> object:
    """The same with keys that are strings, whether they were symbols or not."""
    if not isinstance(value, dict) or not depth:
        return value
    return {yaml.key(key): _plain(inner, depth - 1) for key, inner in value.items()}


def _with(document: object, keys: Sequence[str], wanted: Mapping[str, object]) -> object:
    inner = document if isinstance(document, dict) else {}
    if not keys:
        return {**inner, **wanted}
    return {**inner, keys[0]: _with(inner.get(keys[0]), keys[1:], wanted)}
