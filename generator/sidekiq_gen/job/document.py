"""A request as JSON, and back without loss: what a later run can render again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from cattrs import BaseValidationError
from cattrs.preconf.json import JsonConverter, make_converter

from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.patterns.catalogue import BY_NAME
from sidekiq_gen.job.request import Chosen, JobRequest


def to_json(request: JobRequest) -> str:
    """The request as one JSON document."""
    return _converter().dumps(request, sort_keys=True)


def from_json(text: str) -> JobRequest:
    """The request that `to_json` has written.

    Raises:
        ValueError: the text is no JSON, or no such request.
    """
    try:
        return _with_settings(_converter().loads(text, JobRequest))
    except (BaseValidationError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no request: {error}") from error


def _with_settings(request: JobRequest) -> JobRequest:
    """The request with the settings of its kind and patterns, whose types their names tell."""
    kind = KIND_BY_NAME[request.context.kind]
    return replace(
        request,
        kind_settings=kind.settings and _structured(request.kind_settings, kind.settings),
        patterns=tuple(
            Chosen(chosen.name, _structured(chosen.settings, BY_NAME[chosen.name].settings))
            for chosen in request.patterns
        ),
        child=request.child and _with_settings(request.child),
    )


def _structured(document: object, kind: Any) -> Any:
    return _converter().structure(document, kind)


@cache
def _converter() -> JsonConverter:
    converter = make_converter(forbid_extra_keys=True)
    # One strategy, or one for each side: both are JSON as they are.
    converter.register_structure_hook(str | dict[str, str], lambda value, _: value)
    return converter
