"""Names for arguments and models: ordinary ones, and every word that a template has anywhere."""

from __future__ import annotations

import functools
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

import inflection

from sidekiq_gen.naming import camelize

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

TEMPLATES = Path(__file__).parents[2] / "templates"
ORDINARY = (
    "customer amount currency account_id due_on sent_at parcel note line_item reason country v2 a price_list shop"
).split()
_WORD = re.compile(r"(?<![A-Za-z0-9_@])[a-z][a-z0-9_]*")
# What stands where a variable or a method gets its name: after `def`, before `=`, among parameters, in `let`.
_NAMED = re.compile(
    r"def (?:self\.)?(\w+)|(\w+)(?:, \w+)* (?:\|\||\+)?= |[(|]\*{0,2}(\w+)[,)|]|, [&*]?(\w+)[,)|]|let!?\(:(\w+)"
)
_MODELS = frozenset({"order", "restaurant"})  # of the repos, which know more about them than about others
_LETTERS = "bcdfghjklmnpqrtvwxz"
_ATTEMPTS = 100  # for an uncountable word no other has its plural
_KEPT = 2  # letters at the end of a word, which decide on its plural


@functools.cache
def identifiers() -> tuple[str, ...]:
    """Every lower-case word in the templates, each once: what their Ruby calls things is among them."""
    words = {word for path in TEMPLATES.rglob("*.j2") for word in _WORD.findall(path.read_text(encoding="utf-8"))}
    assert {"backlog", "ids", "slice", "pushed"} <= words
    return tuple(sorted(word for word in words - _MODELS if not word.endswith("_")))


@functools.cache
def variables() -> tuple[str, ...]:
    """Those of them that stand where a variable or a method gets its name."""
    texts = (path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.j2"))
    named = {name for text in texts for found in _NAMED.findall(text) for name in found}
    assert {"backlog", "ids", "slice", "another", "stub_const"} <= named
    return tuple(sorted(named & set(identifiers())))


def neutral(name: str, taken: set[str], random: random.Random) -> str:
    """A name that no template has, of the same length and with the same end, so that its plural is made alike."""
    head, underscore, rest = name.partition("_")
    keep = 0 if rest or len(head) <= _KEPT + 1 else _KEPT
    for attempt in itertools.count():
        letters = (random.choice(_LETTERS) if letter.isalpha() else letter for letter in head[: len(head) - keep])
        found = "".join(letters) + head[len(head) - keep :] + underscore + rest
        alike = (inflection.pluralize(found) == found) == (inflection.pluralize(name) == name)
        if (alike or attempt > _ATTEMPTS) and found not in taken and found not in identifiers():
            taken.add(found)
            return found
    raise AssertionError(name)


def renamed(names: Mapping[str, str]) -> dict[str, str]:
    """What constants are called, neutral name -> name: a model and its plural."""
    bare = {before.removesuffix("_id"): after.removesuffix("_id") for before, after in names.items()}
    return {
        camelize(form(before)): camelize(form(after))
        for form in (inflection.pluralize, str)
        for before, after in [*names.items(), *bare.items()]
    }
