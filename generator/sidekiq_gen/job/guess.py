"""The model that the name of a job speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.naming import Model, parse_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.naming import JobName
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.inflections import Inflections


def guess_model(name: JobName, app: RailsApp, *, rows: bool = False) -> Model | None:
    """The model that the last words of NAME spell, if a file in app/models proves it: ``ProcessOrder`` -> ``Order``.

    rows: whether the words may be a plural: ``ExportOrders`` -> ``Order``.
    """
    namespace = "::".join(name.namespaces)
    for words in _endings(name, app.inflections if rows else None):
        try:
            model = parse_model(words, app.acronyms).name
        except InvalidInput:  # check_in ends in a reserved word, process_2fa in no constant
            continue
        for candidate in (f"{namespace}::{model}", model) if namespace else (model,):
            if app.model_file(candidate) is not None:
                return Model(candidate)
    return None


def _endings(name: JobName, plurals: Inflections | None) -> Iterator[str]:
    for start in range(len(name.words)):
        words = "_".join(name.words[start:])
        yield words
        if plurals:
            yield plurals.singularize(words)
