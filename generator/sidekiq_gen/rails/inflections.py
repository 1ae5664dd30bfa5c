"""Plurals, singulars and acronyms as the repo has them: Rails' rules, and those that it teaches the inflector.

Source: rails v8.1.0 activesupport/lib/active_support/inflector/inflections.rb:140 to :225 (what a rule that is taught
does), inflector/methods.rb:376 (the last one that was taught comes first, and only the first that fits is applied), and
inflections.rb:14 to :69 beside it (Rails' own, which the library follows but for those named here).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.memory import remembered
from sidekiq_gen.plurals import regular_plural, regular_singular
from sidekiq_gen.rails.code import code_lines, without_comment
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sidekiq_gen.rails.files import Repo

INFLECTIONS = "config/initializers/inflections.rb"
UNCOUNTABLE = ("equipment", "information", "rice", "money", "species", "series", "fish", "sheep", "jeans", "police")

_STRING = r"(?:\"([^\"\n]*)\"|'([^'\n]*)')"
_PATTERN = r"(?:/((?:[^/\\\n]|\\.)+)/([imx]*)|%r\{([^\n]*?)\}([imx]*)(?=\s*,)|\"([^\"\n]*)\"|'([^'\n]*)')"
_ACRONYM = regex(r"\.acronym[ \t(]+[\"']([A-Za-z]\w*)[\"']")
_RULE = regex(rf"\.(plural|singular)[ \t(]+{_PATTERN}\s*,\s*{_STRING}")
_IRREGULAR = regex(rf"\.irregular[ \t(]+{_STRING}\s*,\s*{_STRING}")
_UNCOUNTABLE = regex(r"\.uncountable[ \t(]+(.*)")
_WORD = regex(r"\"([^\"\n]*)\"|'([^'\n]*)'|%w[\[({]([^\])}]*)[\])}]")
# What in a pattern of a rule leaves no choice: what is escaped, a set of characters, the beginning of a group.
_NO_CHOICE = regex(r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]|\(\?", re.DOTALL)
_REPEATED_GROUP = regex(r"\)[*+{]")
MAXIMUM_ACRONYMS = 300
MAXIMUM_TAUGHT = 1000  # so many of the latest rules for plurals, for singulars, and of the words that have no plural
MAXIMUM_REPEATED = 2
MAXIMUM_CHOICES = 16
MAXIMUM_PATTERN = 200  # in characters; the longest that rails itself has are under 50
_LOCALE = regex(r"\binflections[ (]+:(\w+)")
_PATH = regex(r"\w+(?:/\w+)*")
# Rules of the library that Rails does not have (human, cow, passerby, potato), and those it has for a whole word only.
_NOT_OF_RAILS = regex(r"passer|\(h\)uman|^\w\[")
_POTATO = "potat|"
_WHOLE_WORD = regex(r"(\(m\|l\)(?:ice|ouse)\$)")


@dataclass(frozen=True)
class Rule:
    """What a word becomes that has a part like that; the replacement may refer to groups of the pattern."""

    pattern: str
    replacement: str


@dataclass(frozen=True)
class Inflections:
    """How words change.

    plurals, singulars: the rules that the repo teaches, that which comes first in front.
    """

    acronyms: tuple[str, ...] = ()
    plurals: tuple[Rule, ...] = ()
    singulars: tuple[Rule, ...] = ()
    uncountable: tuple[str, ...] = UNCOUNTABLE

    @remembered
    def pluralize(self, word: str) -> str:
        """``course_list`` -> ``course_lists``."""
        return self._apply(word, self.plurals, "plural")

    @remembered
    def singularize(self, word: str) -> str:
        """``course_lists`` -> ``course_list``."""
        return self._apply(word, self.singulars, "singular")

    def _apply(self, word: str, taught: tuple[Rule, ...], number: Literal["plural", "singular"]) -> str:
        if any(_ends_with(word, one) for one in self.uncountable):
            return word
        fitting = next((rule for rule in taught if re.search(rule.pattern, word)), None)
        regular = regular_plural(word) if number == "plural" else regular_singular(word)
        if fitting is None and regular is None:
            fitting = next((rule for rule in _of_rails(number) if re.search(rule.pattern, word)), None)
        changed = re.sub(fitting.pattern, fitting.replacement, word, count=1) if fitting else regular or word
        return changed if _PATH.fullmatch(changed) else word  # names are made of it


def find_inflections(repo: Repo) -> Inflections:
    """What the repo and its engines teach Rails' inflector; a rule that cannot be read is left out."""
    acronyms: dict[str, None] = {}
    plurals: list[tuple[str, str]] = []  # patterns and replacements, that which comes first at the end
    singulars: list[tuple[str, str]] = []
    uncountable = dict.fromkeys(UNCOUNTABLE)
    english = True
    texts = (repo.read(f"{unit}{INFLECTIONS}") or "" for unit in repo.units)
    for line in (without_comment(line) for text in texts for line in code_lines(text)):
        locale = _LOCALE.search(line)
        english = locale[1] == "en" if locale else english or "inflections do" in line
        if not english:
            continue
        if found := _ACRONYM.search(line):
            acronyms[found[1]] = None
        if found := _RULE.search(line):
            (plurals if found[1] == "plural" else singulars).append(_taught(*found.groups()[1:]))
        if found := _IRREGULAR.search(line):
            one, many = (found[1] or found[2] or "", found[3] or found[4] or "")
            if one and many:
                plurals += [_irregular(one, many), _irregular(many, many)]
                singulars += [_irregular(one, one), _irregular(many, one)]
            uncountable.pop(one, None)
            uncountable.pop(many, None)
        if found := _UNCOUNTABLE.search(line):
            words = (word[1] or word[2] or word[3] or "" for word in _WORD.finditer(found[1]))
            uncountable |= dict.fromkeys(" ".join(words).lower().split())
    return Inflections(
        tuple(acronyms)[:MAXIMUM_ACRONYMS],
        _rules(reversed(plurals[-MAXIMUM_TAUGHT:])),
        _rules(reversed(singulars[-MAXIMUM_TAUGHT:])),
        tuple(uncountable)[-MAXIMUM_TAUGHT:],
    )


def _ends_with(word: str, ending: str) -> bool:
    """Whether a text ends with a whole word, in letters of any case."""
    if not word.lower().endswith(ending.lower()):
        return False
    return bool(re.search(rf"\b{re.escape(ending)}\Z", word, re.IGNORECASE))


def _taught(*groups: str | None) -> tuple[str, str]:
    """Pattern and replacement, by the groups behind the name of a call; a text, unlike a pattern, is meant as is."""
    pattern, flags, other, other_flags, double, single, *replacement = groups
    source = pattern or other
    text = re.escape(double or single or "") if source is None else _in_python(source)
    if "i" in (flags or other_flags or ""):
        text = f"(?i){text}"
    given = next((one for one in replacement if one is not None), "").replace("\\\\", "\\")
    return text, re.sub(r"\\(\d)", r"\\g<\1>", given)


def _in_python(pattern: str) -> str:
    """A regular expression of Ruby's as Python has it."""
    return pattern.replace(r"\z", r"\Z").replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")


def _irregular(word: str, becomes: str) -> tuple[str, str]:
    """Pattern and replacement for a word like no other; it keeps its first letter where both begin with the same."""
    if word[0].upper() == becomes[0].upper():
        return rf"(?i)({re.escape(word[0])}){re.escape(word[1:])}$", rf"\g<1>{becomes[1:]}"
    return rf"(?i){re.escape(word)}$", becomes


def _rules(pairs: Iterable[tuple[str, str]]) -> tuple[Rule, ...]:
    """The rules that Python can read, and whose replacement fits."""
    found = []
    for pattern, replacement in pairs:
        if not _is_quick(pattern):
            continue
        try:
            re.sub(pattern, replacement, "")
        except (re.error, IndexError):
            continue
        found.append(Rule(pattern, replacement))
    return tuple(found)


def _is_quick(pattern: str) -> bool:
    """Whether a pattern can be looked for in any word without trying very many ways.

    No group is repeated, and there are few choices: how often, which, or whether at all.
    """
    if len(pattern) > MAXIMUM_PATTERN:
        return False
    plain = _NO_CHOICE.sub("x", pattern)
    choices = sum(map(plain.count, "?|"))
    repeated = sum(map(plain.count, "*+{"))
    return not _REPEATED_GROUP.search(plain) and repeated <= MAXIMUM_REPEATED and choices <= MAXIMUM_CHOICES


@cache
def _of_rails(number: Literal["plural", "singular"]) -> tuple[Rule, ...]:
    """The rules of the library as Rails has them."""
    import inflection

    pairs = inflection.PLURALS if number == "plural" else inflection.SINGULARS
    own = ((pattern.replace(_POTATO, ""), becomes) for pattern, becomes in pairs if not _NOT_OF_RAILS.search(pattern))
    return tuple(Rule(_WHOLE_WORD.sub(r"^\1", pattern), becomes) for pattern, becomes in own)
