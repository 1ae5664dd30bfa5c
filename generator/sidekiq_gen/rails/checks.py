"""The values that check constraints list, as Rails or the database dumps them.

Source: rails v8.1.0 activerecord/lib/active_record/schema_dumper.rb:284-318 (``t.check_constraint``, and
``add_check_constraint`` for those that are not validated), connection_adapters/postgresql/schema_statements.rb:670
(the expression is what pg_get_constraintdef prints: ``status::text = ANY (ARRAY['a'::character varying, ...])``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sidekiq_gen.rails.table import Column

_OF_TABLE = regex(r"\s*t\.check_constraint[ (]+(?:\"((?:[^\"\\]|\\.)*)\"|'([^'\n]*)')", needs="t.check_constraint")
_ADDED = regex(
    r"^[ \t]*add_check_constraint[ (]+[:\"'](\w+)[\"']?,\s*\"((?:[^\"\\]|\\.)*)\"",
    re.MULTILINE,
    needs="add_check_constraint",
)
_CHECK = regex(r"\bCHECK\s*\(", re.IGNORECASE)
_PARENTHESES = regex(r"'(?:[^']|'')*'|[()]")
_CAST = regex(r"::(?:character varying|[a-z_][\w.]*)(?:\(\d+\))?(?:\[\])?")
_TEXT = regex(r"(?:_utf8mb[34])?'((?:[^']|'')*)'")
_LIST = regex(
    r"(?:(?P<null>\w+) is null or )?(?P<column>\w+) (?:in|= any array) ?\?(?:, ?\?)*(?: or (?P<or>\w+) is null)?"
)


def of_table(line: str) -> Iterator[str]:
    """The expression of a check constraint in a line of ``create_table``."""
    found = _OF_TABLE.match(line)
    if found:
        yield _plain(found[1]) if found[1] is not None else found[2]


def added(text: str, table: str) -> Iterator[str]:
    """The expressions that ``schema.rb`` adds to a table behind it."""
    return (_plain(found[2]) for found in _ADDED.finditer(text) if found[1] == table)


def in_sql(text: str) -> Iterator[str]:
    """The expressions of the check constraints in a piece of SQL."""
    for check in _CHECK.finditer(text):
        depth = 1
        for found in _PARENTHESES.finditer(text, check.end()):
            depth += {"(": 1, ")": -1}.get(found.group(), 0)
            if not depth:
                yield text[check.end() : found.start()]
                break


def checked(columns: Mapping[str, Column], expressions: Iterable[str]) -> dict[str, Column]:
    """The columns whose texts a check constraint lists."""
    found = (listed(expression) for expression in expressions)
    return {one[0]: replace(columns[one[0]], checked=one[1]) for one in found if one and one[0] in columns}


def listed(expression: str) -> tuple[str, tuple[str, ...]] | None:
    """The column that an expression is about and the texts that it allows; None where it says anything else."""
    texts = [found[1].replace("''", "'") for found in _TEXT.finditer(expression)]
    shape = re.sub(r"[()\[\]`\"\s]+", " ", _CAST.sub("", _TEXT.sub("?", expression))).strip().lower()
    found = _LIST.fullmatch(re.sub(r" ,", ",", shape))
    if not found or {found["null"], found["or"]} - {None, found["column"]}:
        return None
    return found["column"], tuple(dict.fromkeys(texts))


def _plain(text: str) -> str:
    """A Ruby string without its escapes."""
    return re.sub(r"\\(.)", r"\1", text)
