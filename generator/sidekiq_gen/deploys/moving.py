"""Where a renamed job belongs, and what gives the class its new name there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Edit
from sidekiq_gen.deploys.existing import known_names
from sidekiq_gen.errors import Refused
from sidekiq_gen.naming import underscore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.deploys.existing import Existing


def path_of(job: Existing, new: str) -> str:
    """Where Rails looks for the new name.

    Raises:
        Refused: the file of the old name is not where Rails looks for that: ``not-autoloaded``.
    """
    root = job.app.repo.autoload.root_of(job.path)
    acronyms = job.app.acronyms
    prefix = f"{root.namespace}/" if root and root.namespace else ""
    old_stem, new_stem = (underscore(name, acronyms).removeprefix(prefix) for name in (job.name, new))
    if root is None or job.path != f"{root.folder}/{old_stem}.rb":
        raise Refused(
            f"{job.path} is not where Rails looks for {job.name}, so it is not certain where {new} belongs.",
            hint="Move it there first, in a deploy of its own.",
            code="not-autoloaded",
        )
    return f"{root.folder}/{new_stem}.rb"


def heads(job: Existing, new: str, index: Index) -> Iterator[Edit]:
    """What gives the class its new name where it is defined.

    Raises:
        Refused: ``other-namespace``: its constants might mean something else there.
    """
    name = nodes.field(job.job.node, "name")
    if name is None:
        return
    around = list(job.job.source.nesting(job.job.node))
    old_scope, new_scope = job.name.rpartition("::")[0], new.rpartition("::")[0]
    if not around:
        yield Edit(name.start_byte, name.end_byte, new)
    elif old_scope == new_scope:
        last = nodes.field(name, "name") if name.type == "scope_resolution" else name
        if last is not None:
            yield Edit(last.start_byte, last.end_byte, new.rpartition("::")[2])
    else:
        yield from _modules(job, new, index)
        yield Edit(name.start_byte, name.end_byte, new.rpartition("::")[2])


def _modules(job: Existing, new: str, index: Index) -> Iterator[Edit]:
    """What renames the modules around it, one by one."""
    scopes = new.split("::")[:-1]
    modules = [node for node in job.job.source.of_type("class", "module") if _contains(node, job.job.node)]
    modules.sort(key=lambda node: node.start_byte)
    simple = all(nodes.text(nodes.field(one, "name")).count("::") == 0 for one in (*modules, job.job.node))
    others = [
        one.name
        for places in index.classes.values()
        for one in places
        if one.path == job.path and not f"{job.name}::".startswith(f"{one.name}::")
    ]
    old_scope = job.name.rpartition("::")[0]
    nearby = sorted(_relative(job, old_scope, index) | _relative(job, "::".join(scopes), index))
    if len(modules) != len(scopes) or not simple or others or nearby:
        why = f" {', '.join(nearby)} would mean something else there." if nearby else ""
        raise Refused(
            f"{job.name} cannot be moved out of {old_scope} with certainty.{why}",
            hint="Rename it within its namespace, or first write the class as `class A::BJob`, with constants in full.",
            code="other-namespace",
        )
    for module, scope in zip(modules, scopes, strict=True):
        name = nodes.field(module, "name")
        if name is not None:
            yield Edit(name.start_byte, name.end_byte, scope)


def _contains(outer: Node, inner: Node) -> bool:
    return outer.start_byte < inner.start_byte and inner.end_byte <= outer.end_byte


def _relative(job: Existing, scope: str, index: Index) -> set[str]:
    """The constants in its file that are, or could be, looked up in a namespace."""
    text = job.job.source.data.decode("utf-8", "replace")
    inside = {
        name[len(scope) + 2 :].partition("::")[0]
        for name in known_names(job.app, index)
        if name.startswith(f"{scope}::")
    }
    own = job.name.rpartition("::")[2]
    return {name for name in inside if name != own and re.search(rf"(?<![\w:]){re.escape(name)}\b", text)}
