"""What a model consists of: its own file, the concerns it includes, and the classes it inherits from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.naming import underscore
from sidekiq_gen.rails.code import CONSTANT, code_lines, definitions
from sidekiq_gen.rails.states import ModelText
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidekiq_gen.rails.constants import Constants

# A model may inherit over so many generations, and a concern include others so deep.
MAXIMUM_GENERATIONS = 5

_TABLE_NAME = regex(r"^[ \t]*self\.table_name\s*=\s*[:\"'](\w+(?:\.\w+)?)", re.MULTILINE, needs="self.table_name")
_AFFIXES = {
    affix: regex(
        rf"^[ \t]*(?:self\.table_name_{affix}\s*=|def self\.table_name_{affix}\b[^\n\"']*\n?)\s*[\"'](\w+)[\"']",
        re.MULTILINE,
    )
    for affix in ("prefix", "suffix")
}
_PLURAL = regex(
    r"^[ \t]*self\.pluralize_table_names\s*=\s*(true|false)\b", re.MULTILINE, needs="self.pluralize_table_names"
)
_SINGLE = regex(r"^[ \t]*(?:belongs_to|has_one)[ (]+:(\w+)", re.MULTILINE)
_INCLUDE = regex(
    rf"^[ \t]*(?:include|prepend)[ (]+((?:::)?{CONSTANT}(?:\s*,\s*(?:::)?{CONSTANT})*)",
    re.MULTILINE,
    needs=("include", "prepend"),
)


def read_model(constants: Constants, model: str) -> ModelText:
    """The code of a model, nearest first; no text where no file defines it."""
    texts: dict[str, None] = {}
    for name in generations(constants, model):
        texts |= dict.fromkeys(own_texts(constants, name))
    return ModelText(tuple(texts), constants.code_of)


def generations(constants: Constants, model: str) -> Iterator[str]:
    """The model and the classes that it inherits from, nearest first."""
    name: str | None = model
    for _ in range(MAXIMUM_GENERATIONS):
        if name is None:
            return
        yield name
        name = superclass(constants, name)


def own_texts(constants: Constants, model: str) -> tuple[str, ...]:
    """The code of a model and of the modules that it includes, without that of the classes it inherits from."""
    known = constants.model_texts
    if model not in known:
        code = code_of_model(constants, model)
        known[model] = tuple(text for text in (code, *_concerns(constants, model, code, MAXIMUM_GENERATIONS)) if text)
    return known[model]


def code_of_model(constants: Constants, model: str) -> str:
    """The lines of code of the file that defines a model; empty when there is none."""
    path = constants.model_file(model)
    return "\n".join(code_lines(constants.repo.read(path) or "")) if path else ""


def superclass(constants: Constants, model: str) -> str | None:
    """The model that a model inherits from, as it would share its table."""
    known = constants.superclasses
    if model not in known:
        known[model] = _superclass(constants, model)
    return known[model]


def _superclass(constants: Constants, model: str) -> str | None:
    found = definitions(code_of_model(constants, model).split("\n"))
    written = next((one.superclass for one in found if one.name == model and one.superclass), None)
    if not written:
        return None
    names = (f"{model.rpartition('::')[0]}::{written}".removeprefix("::"), written)
    return next((name for name in names if name != model and constants.model_file(name)), None)


def model_path(constants: Constants, model: str) -> str:
    """``Billing::Invoice`` -> ``billing/invoice``, with the acronyms that the repo has."""
    return underscore(model, constants.inflections.acronyms)


def declared_table(constants: Constants, model: str) -> tuple[str, ...]:
    """The table that the model or a module that it includes names, if one does."""
    found = next((one for text in own_texts(constants, model) if (one := _TABLE_NAME.search(text))), None)
    return (found[1].rpartition(".")[2],) if found else ()


def single_associations(constants: Constants, model: str) -> tuple[str, ...]:
    """The associations of a model that lead to one record."""
    texts = read_model(constants, model).texts
    return tuple(dict.fromkeys(found[1] for text in texts for found in _SINGLE.finditer(text)))


def fixture_names(constants: Constants, model: str) -> tuple[str, ...]:
    """What the fixtures of a model may be called: by its path, flat, or by the table that it declares."""
    folder, _, last = model_path(constants, model).rpartition("/")
    named = f"{folder}/{_number(constants, model)(last)}".lstrip("/")
    return tuple(dict.fromkeys((named, named.replace("/", "_"), *declared_table(constants, model))))


def tables(constants: Constants, model: str) -> Iterator[str]:
    """The names that the table of a model may have: as declared, else with its namespace before it or without."""
    declared = declared_table(constants, model)
    if declared:
        yield from declared
        return
    path, number, names = model_path(constants, model), _number(constants, model), constants.table_names
    prefix = _affix(constants, model, "prefix")
    suffix = _affix(constants, model, "suffix") or names.suffix
    last = number(path.rpartition("/")[2])
    if prefix is not None:
        yield f"{prefix}{last}{suffix}"
    yield f"{names.prefix}{number(path.replace('/', '_'))}{suffix}"
    yield f"{names.prefix}{last}{suffix}"


def _number(constants: Constants, model: str) -> Callable[[str], str]:
    """What makes the name of a table of that of a model: its plural, or nothing at all.

    Source: rails v8.1.0 activerecord/lib/active_record/model_schema.rb:621; a model can say it for its heirs too.
    """
    said = (_PLURAL.search(text) for text in read_model(constants, model).texts)
    plural = next((found[1] == "true" for found in said if found), constants.table_names.plural)
    return constants.inflections.pluralize if plural else str


def _affix(constants: Constants, model: str, affix: Literal["prefix", "suffix"]) -> str | None:
    """What the module around a model, or else the model or an abstract class above it, puts around its table's name.

    Source: rails v8.1.0 activerecord/lib/active_record/model_schema.rb:305 (full_table_name_prefix).
    """
    scopes = model.split("::")[:-1]
    texts = [constants.code_of("::".join(scopes[:length])) for length in range(len(scopes), 0, -1)]
    found = (_AFFIXES[affix].search(text) for text in (*texts, *read_model(constants, model).texts))
    return next((one[1] for one in found if one), None)


def _concerns(constants: Constants, owner: str, code: str, depth: int) -> Iterator[str]:
    """The code of the modules that code includes, looked up from the inside out as Ruby does."""
    for found in _INCLUDE.finditer(code) if depth else ():
        for name in re.split(r"\s*,\s*", found[1]):
            namespaces = owner.split("::")
            candidates = ["::".join([*namespaces[:length], name]) for length in range(len(namespaces), 0, -1)]
            for candidate in (*([] if name.startswith("::") else candidates), name):
                text = constants.code_of(candidate)
                if text:
                    yield text
                    yield from _concerns(constants, candidate.removeprefix("::"), text, depth - 1)
                    break
