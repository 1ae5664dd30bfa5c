"""A YAML document as plain data, built from PyYAML's events, with bounds that are checked before anything is built.

Where a document is plain, the same events are read without PyYAML (yaml_plain.py), and what its words mean is known
without its rules.

PyYAML's own composer goes down the stack of the process with each level of nesting (libyaml's crashes at some 25,000),
and its constructors merge and resolve whatever aliases of aliases come to. The events come one after the other.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from sidekiq_gen.rails.yaml_plain import read_events
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

# So many values, each as often as aliases repeat it, and so deep: more than any configuration has.
MAXIMUM_VALUES = 100_000
MAXIMUM_DEPTH = 100

# No number, boolean or null is longer.
_LONGEST_WORD = 40
# What words stand for; each may be capitalized, or in capitals. All others of PyYAML's rules begin like a number.
_MEANINGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "null": None}
_WORDS: dict[str, bool | None] = {"": None, "~": None}
for _case in (str.lower, str.capitalize, str.upper):
    _WORDS |= {_case(word): value for word, value in _MEANINGS.items()}
_NUMERIC = regex(r"[-+.]*[0-9]|[-+]?\.[inIN]")
_TAG = "tag:yaml.org,2002:"
# Tags that say no more than what is seen. Any other makes an object of Ruby's, or says what a value is not.
_PLAIN_TAGS = frozenset({None, "!", f"{_TAG}str", f"{_TAG}seq", f"{_TAG}map"})
_MERGE = "<<"
# libyaml compares each of these lines with all before it.
_DIRECTIVE = regex(r"^%", re.MULTILINE, needs="%")
_MAXIMUM_DIRECTIVES = 100


class Excessive(Exception):
    """What is not read to its end. The message follows the name of a file: ``is YAML with ...``."""


class _Invalid(Exception):
    """What is no document, such as an alias of nothing."""


@dataclass
class _Open:
    """A list or mapping whose end has not come.

    kept: whether its tag lets it be what it is. before: how many values came before it. height: how deep it is inside.
    key: that of the value to come, None where a key is to come. merges: whether that key is ``<<``.
    """

    values: list[Any] | dict[str, Any]
    anchor: str | None
    kept: bool
    before: int
    height: int = 1
    key: str | None = None
    merges: bool = False
    merged: list[Any] = field(default_factory=list)

    def put(self, value: Any, height: int, *, merge: bool = False) -> None:
        """Take the next key or value. height: of the value. merge: whether it is a plain ``<<``."""
        self.height = max(self.height, height + 1)
        if isinstance(self.values, list):
            self.values.append(value)
        elif self.key is None:
            self.key, self.merges = value if isinstance(value, str) else "", merge
        else:
            if self.merges:
                self.merged += reversed(value if isinstance(value, list) else [value])
            else:
                self.values[self.key] = value
            self.key = None

    def result(self) -> Any:
        """What it is, now that all of it has come."""
        if not self.kept:
            return None
        if not self.merged or isinstance(self.values, list):
            return self.values
        whole: dict[str, Any] = {}
        for one in self.merged:
            whole |= one if isinstance(one, dict) else {}
        return whole | self.values


class _Builder:
    """The document of one stream of events, and what anchors stand for: value, number of values in it, height."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._count = 0
        self.document: Any = None

    def begin(self, values: list[Any] | dict[str, Any], event: Any) -> None:
        """A list or mapping begins."""
        self._counted(1, 1)
        self._open.append(_Open(values, event.anchor, event.tag in _PLAIN_TAGS, self._count - 1))

    def end(self) -> None:
        """The innermost one ends."""
        done = self._open.pop()
        self._remember(done.anchor, done.result(), self._count - done.before, done.height)

    def scalar(self, event: Any) -> None:
        """A text, or what else a scalar means."""
        self._counted(1, 0)
        parent = self._open[-1] if self._open else None
        if parent and isinstance(parent.values, dict) and parent.key is None:
            if event.anchor:
                self._anchors[event.anchor] = (event.value, 1, 0)
            parent.put(event.value, 0, merge=event.value == _MERGE and event.implicit[0])
        else:
            self._remember(event.anchor, _meaning(event), 1, 0)

    def alias(self, event: Any) -> None:
        """What was named before, once more."""
        if event.anchor not in self._anchors:
            raise _Invalid
        value, count, height = self._anchors[event.anchor]
        self._counted(count, height)
        self._put(value, height)

    def _remember(self, anchor: str | None, value: Any, count: int, height: int) -> None:
        if anchor:
            self._anchors[anchor] = (value, count, height)
        self._put(value, height)

    def _put(self, value: Any, height: int) -> None:
        if self._open:
            self._open[-1].put(value, height)
        else:
            self.document = value

    def _counted(self, count: int, height: int) -> None:
        self._count += count
        if self._count > MAXIMUM_VALUES:
            raise Excessive(f"is YAML with more than {MAXIMUM_VALUES:,} values")
        if len(self._open) + height > MAXIMUM_DEPTH:
            raise Excessive(f"is YAML that is nested deeper than {MAXIMUM_DEPTH} levels")


def build(text: str) -> tuple[bool, Any]:
    """Whether a text is YAML, and the first document in it.

    Raises:
        Excessive: it has more values, with those that aliases repeat, or is nested deeper than is built here.
    """
    plain = read_events(text)
    builder = _Builder()
    try:
        for kind, event in _of_pyyaml(text) if plain is None else ((one.kind, one) for one in plain):
            if kind == "scalar":
                builder.scalar(event)
            elif kind == "end":
                builder.end()
            elif kind == "alias":
                builder.alias(event)
            else:
                builder.begin({} if kind == "mapping" else [], event)
    except _Invalid:
        return False, None
    return True, builder.document


def _of_pyyaml(text: str) -> Iterator[tuple[str, Any]]:
    """What PyYAML finds in the first document, each with what it is.

    Raises:
        Excessive: it would take too long.
        _Invalid: it is no YAML.
    """
    if len(_DIRECTIVE.findall(text)) > _MAXIMUM_DIRECTIVES:
        raise Excessive("is YAML with hundreds of directives")
    import yaml

    kinds = {
        yaml.ScalarEvent: "scalar",
        yaml.MappingStartEvent: "mapping",
        yaml.SequenceStartEvent: "sequence",
        yaml.MappingEndEvent: "end",
        yaml.SequenceEndEvent: "end",
        yaml.AliasEvent: "alias",
    }
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.DocumentEndEvent):
                return
            if type(event) in kinds:
                yield kinds[type(event)], event
    except (yaml.YAMLError, ValueError) as error:  # a ValueError: characters that libyaml cannot be given
        raise _Invalid from error


def _meaning(event: Any) -> Any:
    """What a scalar is: a number, a boolean or null where it is plain and looks like one, else its text."""
    if event.tag not in _PLAIN_TAGS:
        return None
    if not event.implicit[0] or event.tag is not None or len(event.value) > _LONGEST_WORD:
        return event.value
    return meaning_of(event.value)


def meaning_of(word: str) -> str | float | bool | None:
    """What PyYAML takes a word without quotes for; it is asked only about rarer numbers and what looks like one."""
    if word in _WORDS:
        return _WORDS[word]
    digits = word.replace(".", "", 1)
    if digits.isascii() and digits.isdigit() and (digits != word or word == "0" or word[0] != "0"):
        return int(word) if digits == word else float(word)
    make = _makers().get(_kind(word)) if _NUMERIC.match(word) else None
    if make is None:
        return word
    from yaml import ScalarNode

    try:
        return make(ScalarNode(_TAG + _kind(word), word))  # type: ignore[no-any-return]
    except ValueError:  # such as 0x_, which looks like a number
        return word


def is_text(word: str) -> bool:
    """Whether a word without quotes is a text to YAML, and no number, date, boolean or null."""
    return _kind(word) == "str"


def _kind(word: str) -> str:
    """What a word looks like: ``int``, ``timestamp``, ``str``."""
    from yaml import ScalarNode

    return str(_resolver().resolve(ScalarNode, word, (True, False))).removeprefix(_TAG)


@cache
def _resolver() -> Any:
    """PyYAML's rules of what looks like what."""
    from yaml.resolver import Resolver

    return Resolver()


@cache
def _makers() -> dict[str, Any]:
    """What makes a value of a node, by what it looks like; all else, dates for one, stays text."""
    from yaml.constructor import SafeConstructor

    make: Any = SafeConstructor()
    return {
        "null": make.construct_yaml_null,
        "bool": make.construct_yaml_bool,
        "int": make.construct_yaml_int,
        "float": make.construct_yaml_float,
    }
