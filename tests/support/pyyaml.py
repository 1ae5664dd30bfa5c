"""What PyYAML itself makes of a text: what is read without it has to give the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.yaml_plain import Event

KINDS: dict[type[Any], str] = {
    yaml.ScalarEvent: "scalar",
    yaml.MappingStartEvent: "mapping",
    yaml.SequenceStartEvent: "sequence",
    yaml.MappingEndEvent: "end",
    yaml.SequenceEndEvent: "end",
    yaml.AliasEvent: "alias",
}
TAG = "tag:yaml.org,2002:"


def events(text: str) -> list[tuple[object, ...]] | str:
    """What is used of the events of the first document; why there is none."""
    try:
        return [*_first_document(text)]
    except (yaml.YAMLError, ValueError) as error:
        return str(error)


def _first_document(text: str) -> Iterator[tuple[object, ...]]:
    event: Any
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.DocumentEndEvent):
            return
        if type(event) in KINDS:
            scalar = isinstance(event, yaml.ScalarEvent)
            value, implicit = (event.value, tuple(event.implicit)) if scalar else ("", (True, False))
            yield KINDS[type(event)], value, getattr(event, "anchor", None), implicit, getattr(event, "tag", None)


def ours(found: list[Event]) -> list[tuple[object, ...]]:
    """The same of events that were read without it."""
    return [(one.kind, one.value, one.anchor, one.implicit, one.tag) for one in found]


def meaning(word: str) -> object:
    """What it takes a word without quotes for; dates, and what only looks like a number, stay text."""
    resolver: Any = Resolver()
    kind = str(resolver.resolve(yaml.ScalarNode, word, (True, False))).removeprefix(TAG)
    make: Any = SafeConstructor()
    makers = {
        "null": make.construct_yaml_null,
        "bool": make.construct_yaml_bool,
        "int": make.construct_yaml_int,
        "float": make.construct_yaml_float,
    }
    try:
        return makers[kind](yaml.ScalarNode(TAG + kind, word)) if kind in makers else word
    except ValueError:
        return word
