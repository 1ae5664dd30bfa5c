"""The names that the templates use, read from their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from sidekiq_gen.ruby.environment import environment
from support.templates import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator

PATHS = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.j2"))
OF_JOBS = [path for path in PATHS if "/install/" not in path and "/migrate/" not in path]
HANDED_TO_SKELETONS = {
    *("superclass", "options", "perform", "includes", "constants", "entry", "work_method", "todo", "hooks", "rescues"),
    *("methods", "setup", "lets", "performing", "definitions", "examples", "named"),
}


def source_of(path: str) -> str:
    return (TEMPLATES / path).read_text(encoding="utf-8")


def parsed(path: str) -> nodes.Template:
    return environment().parse(source_of(path), name=path)


def users_of(path: str) -> Iterator[str]:
    """The templates that include or import one."""
    return (other for other in OF_JOBS if f'"{path}"' in source_of(other))


def given_by(path: str) -> set[str]:
    """What a template sets, or imports, for itself and those that it includes."""
    tree = parsed(path)
    given = {node.target.name for node in tree.find_all(nodes.Assign) if isinstance(node.target, nodes.Name)}
    imported = (name for node in tree.find_all(nodes.FromImport) for name in node.names)
    return given | {name if isinstance(name, str) else name[1] for name in imported}


def attributes(path: str) -> Iterator[tuple[str, str]]:
    """What is asked of a name: ``can.retry_in_kill`` -> ``("can", "retry_in_kill")``."""
    for node in parsed(path).find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name):
            yield node.node.name, node.attr
