"""The primary key of a model: as the model says, else as the schema has it, else ``id``.

Source: rails v8.1.0 activerecord/lib/active_record/attribute_methods/primary_key.rb:80 (what a model says comes first),
:95 (a subclass that shares a table takes the key of its base class), :103 (the prefix comes before the schema), and
:143 as v6.1.7 :70 (what an abstract class says is not handed down). ``id`` is the primary key whatever that is called,
also beside a column id: :18, v6.1.7 :18.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import inflection

from sidekiq_gen.rails.literals import Node, read_arguments
from sidekiq_gen.rails.models import generations, own_texts, tables
from sidekiq_gen.rails.schema import is_view
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.constants import Constants
    from sidekiq_gen.rails.table import Table

Proof = Literal["model", "schema", "convention"]

# Also of the gem composite_primary_keys.
_GIVEN = regex(r"^[ \t]*self\.primary_keys?[ \t]*=(?!=)[ \t]*", re.MULTILINE, needs="self.primary_key")
_METHOD = regex(
    r"^[ \t]*def self\.primary_key\b[ \t;]*\n?[ \t]*[:\"'](\w+)[\"']?\s*(?:;\s*)?end\b",
    re.MULTILINE,
    needs="def self.primary_key",
)
_ABSTRACT = regex(r"^[ \t]*(?:self\.abstract_class\s*=\s*true|primary_abstract_class)\b", re.MULTILINE)
_PREFIX = regex(
    r"^[^#\n]*\bprimary_key_prefix_type\s*=\s*:(table_name(?:_with_underscore)?)\b",
    re.MULTILINE,
    needs="primary_key_prefix_type",
)


@dataclass(frozen=True)
class PrimaryKey:
    """The columns of a primary key, and what says so.

    columns: one as a rule, several of a composite key, none where there is no key.
    type: of the only column, in Rails' words; empty where nothing says it.
    """

    columns: tuple[str, ...]
    type: str
    proof: Proof


def find_primary_key(constants: Constants, model: str, table: Table | None) -> PrimaryKey:
    """The primary key of a model whose table is known or not."""
    base, columns = model, None
    for name in _generations(constants, model):
        base = name
        columns = _said(constants, name)
        if columns is not None:
            break
    if columns is None:
        columns = _prefixed(constants, base)
    if columns is not None:
        return PrimaryKey(columns, _type(columns, table), "model")
    if table is not None:
        return PrimaryKey(table.primary_key, _type(table.primary_key, table), "schema")
    if any(is_view(constants.repo, name) for name in tables(constants, model)):
        return PrimaryKey((), "", "schema")
    return PrimaryKey(("id",), "", "convention")


def _generations(constants: Constants, model: str) -> Iterator[str]:
    """The model and the classes whose table it shares, up to the first that has one of its own."""
    for name in generations(constants, model):
        if name != model and _ABSTRACT.search("\n".join(own_texts(constants, name))):
            return
        yield name


def _said(constants: Constants, model: str) -> tuple[str, ...] | None:
    """What a class or a module that it includes says; None where that is nothing that can be read."""
    for text in own_texts(constants, model):
        for found in _GIVEN.finditer(text):
            columns = _columns([node for _, node in read_arguments(text, found.end())])
            if columns is not None:
                return columns
        method = _METHOD.search(text)
        if method:
            return (method[1],)
    return None


def _columns(given: list[Node]) -> tuple[str, ...] | None:
    """The columns that are assigned; None where they cannot be read."""
    if given == [Node("other", "nil")]:
        return ()
    if len(given) == 1 and given[0].kind == "list":
        given = [node for _, node in given[0].items]
    readable = all(node.kind == "word" and set(node.calls) <= {"freeze", "to_s", "to_sym"} for node in given)
    return tuple(node.text for node in given) if given and readable else None


def _prefixed(constants: Constants, base: str) -> tuple[str, ...] | None:
    """The key that is called after its model, where the repo's configuration asks for that."""
    for path in constants.repo.files("config"):
        found = _PREFIX.search(constants.repo.read(path) or "")
        if found:
            name = inflection.underscore(base.rpartition("::")[2])
            return (f"{name}_id" if found[1].endswith("underscore") else f"{name}id",)
    return None


def _type(columns: tuple[str, ...], table: Table | None) -> str:
    known = table.columns.get(columns[0]) if table and len(columns) == 1 else None
    return known.type.partition("(")[0] if known else ""
