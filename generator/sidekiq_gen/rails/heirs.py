"""The classes that inherit from a model, those that only the specs have among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import code_lines, definitions, fold
from sidekiq_gen.rails.factory_paths import support_files
from sidekiq_gen.rails.models import generations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sidekiq_gen.rails.constants import Constants


def heirs_among(constants: Constants, model: str, names: Iterable[str]) -> frozenset[str]:
    """Those of these folded names whose classes inherit from a model: a record of theirs is one of it as well."""
    wanted = frozenset(names)
    known = {folded: name for name in constants.models if (folded := fold(name)) in wanted}
    found = {folded for folded, name in known.items() if name != model and model in generations(constants, name)}
    strange = wanted - known.keys()
    return frozenset(found | (strange & _of_the_specs(constants, model) if strange else set()))


def _of_the_specs(constants: Constants, model: str) -> set[str]:
    """The folded names of the heirs that the files for support of the specs define."""
    texts = (constants.repo.read(path) or "" for path in support_files(constants.repo))
    found = (one for text in texts if model in text for one in definitions(tuple(code_lines(text))))
    return {fold(one.name) for one in found if one.superclass == model}
