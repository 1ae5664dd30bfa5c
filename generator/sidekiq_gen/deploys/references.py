"""Where the repo names a class, and which of these names can be changed with certainty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.files import ruby_files
from sidekiq_gen.check.rule import Edit
from sidekiq_gen.check.source import Source
from sidekiq_gen.deploys.existing import known_names, resolved
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.rails.app import RailsApp

# Whose value is the name of a job in a hash for a scheduler: sidekiq-cron v2.3.1 lib/sidekiq/cron/job.rb:254-263.
_CLASS_KEY = "class"
_TEXTS = (".erb", ".haml", ".slim", ".yml", ".yaml", ".jbuilder", ".md")


@dataclass(frozen=True)
class References:
    """The places.

    edits: by path, what makes each certain reference one to the new name. lines: where they are, ``path:line``.
    unsure: other places in which the name stands.
    """

    edits: dict[str, list[Edit]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def find_references(old: str, new: str, app: RailsApp, index: Index, without: frozenset[str]) -> References:
    """Look through the Ruby files, the configuration and the views. without: paths that are left out."""
    found, names = References(), known_names(app, index)
    sign = re.compile(rb"(?<!\w)" + old.rpartition("::")[2].encode() + rb"(?!\w)")
    for path in ruby_files(app.repo):
        data = b"" if path in without else app.repo.data(path) or b""
        if sign.search(data):
            _in_ruby(Source(path, data), old, new, names, found)
    whole = re.compile(rf"(?<![\w:]){re.escape(old)}(?!\w)")
    for path in _other_files(app):
        data = app.repo.data(path) or b""
        text = data.decode("utf-8", "surrogateescape")
        if whole.search(text):
            _in_text(path, text, old, new, found)
    return found


def _other_files(app: RailsApp) -> Iterator[str]:
    for folder in ("config", "app", "lib", "docs"):
        for ending in _TEXTS:
            yield from app.repo.files(folder, ending)


def _in_ruby(source: Source, old: str, new: str, names: Collection[str], found: References) -> None:
    edits: list[Edit] = []
    for node in _named(source.root):
        written = nodes.text(node)
        if node.type == "string":
            if nodes.name_of(node) == old and _is_class_of_schedule(node):
                edits.append(_inside(node, new))
            elif re.search(rf"(?<![\w:]){re.escape(old)}(?!\w)", written):
                found.unsure.append(f"{source.path}:{nodes.line(node)}")
        elif resolved(written, _around(source, node), names) == old:
            edits.append(Edit(node.start_byte, node.end_byte, spelled(written, old, new, _around(source, node), names)))
    if edits:
        found.edits[source.path] = edits
        found.lines.extend(f"{source.path}:{source.data.count(chr(10).encode(), 0, one.start) + 1}" for one in edits)


def _named(root: Node) -> Iterator[Node]:
    """Every outermost constant and every string, in order; not the name in the head of a class."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type in {"constant", "scope_resolution"}:
            head = node.parent is not None and node.parent.type in {"class", "module"}
            if not (head and nodes.field(node.parent, "name") == node):
                yield node
            if node.type == "scope_resolution":  # ChargeJob::BATCH: what is in front may be it
                scope = nodes.field(node, "scope")
                if scope is not None:
                    pending.append(scope)
            continue
        if node.type == "string":
            yield node
        pending.extend(reversed(node.named_children))


def _around(source: Source, node: Node) -> tuple[str, ...]:
    """The nesting of a place; the superclass in the head of a class is looked up outside of it."""
    nesting = source.nesting(node)
    above = node.parent
    while above is not None and above.type == "scope_resolution":
        above = above.parent
    if above is not None and above.type == "superclass" and nesting:
        return nesting[1:]
    return nesting


def spelled(written: str, old: str, new: str, nesting: tuple[str, ...], names: Collection[str]) -> str:
    """The new name in the place of the old one, as short as that was where it still means the same."""
    old_scope, new_scope = old.rpartition("::")[0], new.rpartition("::")[0]
    if written.startswith("::"):
        return f"::{new}"
    if written != old and old_scope == new_scope:
        return new[len(old) - len(written) :]
    hidden = any(f"{around}::{new.partition('::')[0]}" in names for around in nesting)
    return f"::{new}" if hidden else new


def _is_class_of_schedule(node: Node) -> bool:
    pair = node.parent
    return pair is not None and pair.type == "pair" and nodes.name_of(nodes.field(pair, "key")) == _CLASS_KEY


def _inside(node: Node, new: str) -> Edit:
    """What replaces the content of a string, its quotes kept."""
    content = node.named_children[0]
    return Edit(content.start_byte, content.end_byte, new)


def _in_text(path: str, text: str, old: str, new: str, found: References) -> None:
    """An entry of a schedule in YAML is certain; anything else is told."""
    certain = re.compile(
        rf"^[ \t]*(?:- )?:?{_CLASS_KEY}:[ \t]+([\"']?){re.escape(old)}\1[ \t\r]*(?:#.*)?$", re.MULTILINE
    )
    yaml = path.startswith("config/") and path.endswith((".yml", ".yaml", ".yml.erb"))
    places = [one.start(1) + len(one[1]) for one in certain.finditer(text)] if yaml else []
    for place in places:
        start = len(text[:place].encode("utf-8", "surrogateescape"))
        found.edits.setdefault(path, []).append(Edit(start, start + len(old.encode()), new))
        found.lines.append(f"{path}:{text.count(chr(10), 0, place) + 1}")
    for one in re.finditer(rf"(?<![\w:]){re.escape(old)}(?!\w)", text):
        if one.start() not in places:
            found.unsure.append(f"{path}:{text.count(chr(10), 0, one.start()) + 1}")
