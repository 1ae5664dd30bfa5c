"""What one spec of an existing job says about how the house writes specs."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.rails.code import CONSTANT, usual_quotes
from sidekiq_gen.rails.house.jobs import has_frozen_comment
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.style import Quotes

# So much of what stands before a call is looked at.
RECEIVER = 40
BEGINNING = 2000
Negation = Literal["not_to", "to_not"]
Doubles = Literal["minitest", "mocha"]
Example = Literal["test", "it", "def"]

_ENTRY = regex(r"^[ \t]*(RSpec\.)?describe[ \t(]([^\n]*(?:(?<=,)\n[^\n]*)*)", re.MULTILINE)
_TYPE = regex(r"(?<!\w)(?:type:|:type[ \t]*=>)[ \t]*[:\"'](\w+)", needs="type")
_HELPER = regex(r"^require[ \t(]+[\"'](\w*_?helper)[\"']", re.MULTILINE)
_NEGATION = regex(r"\.(not_to|to_not)\b")
_INSTANCE = regex(
    rf"\b(?:let!?|subject!?)\(:(\w+)\)[ \t]*(?:\{{|do\s)\s*(?:described_class|{CONSTANT})\.new\s*(?:\}}|end\b)"
)
_RUN = regex(r"\.perform\b")
_NAME = regex(r"(?<![\w.:])@?[a-z]\w*\Z")
_CREATED = regex(r"(?:create|build)(?:_stubbed|_list)?[ (]:\w")
_LIBRARY = regex(r"(?<![\w.])(?:FactoryBot|FactoryGirl)\.\Z", needs="Factory")
_MOCHA = regex(r"\.(?:stubs|expects)\(|\.any_instance\b")
_STUB = regex(r"\.stub[ (]:")
_TEST_CLASS = regex(rf"^[ \t]*class[ \t]+{CONSTANT}[ \t]*<[ \t]*(?:::)?({CONSTANT})", re.MULTILINE, needs="class")
_EXAMPLE = regex(r"^[ \t]*(test |it |def test_)", re.MULTILINE)
# What a spec may call the job without meeting what RSpec, Ruby or the templates call so.
INSTANCES = frozenset({"job", "worker", "instance", "sidekiq_job", "the_job", "this_job", "my_job", "test_job"})
_GROUP = regex(r"^  (describe|context)[ (][\"']([#.]?perform)[\"']\)? do$", re.MULTILINE, needs="perform")


@dataclass(frozen=True)
class SpecFile:
    """One spec of an existing job, or of another class.

    path, job: relative to the root; the second is empty for a spec of another class, as is
    place: the folder that stands for the folder of the job, in the words of `SpecStyle`.
    """

    path: str
    job: str
    place: str
    text: str

    @cached_property
    def entry(self) -> tuple[bool, str] | None:
        """Whether its outermost group has no receiver, and what follows; None where there is none."""
        found = _ENTRY.search(self.text)
        return (not found[1], found[2]) if found else None

    @cached_property
    def bare(self) -> bool | None:
        """Whether it says ``describe`` without ``RSpec`` before it."""
        return self.entry[0] if self.entry else None

    @cached_property
    def type(self) -> str | None:
        """What its group says that it is; empty where it says nothing."""
        found = _TYPE.search(self.entry[1]) if self.entry else None
        return (found[1] if found else "") if self.entry else None

    @cached_property
    def helper(self) -> str:
        """The helper that it requires; empty where it requires none."""
        found = _HELPER.search(self.text)
        return found[1] if found else ""

    @cached_property
    def quotes(self) -> Quotes | None:
        """The quotes of most of its first literals."""
        return usual_quotes(self.text[:BEGINNING].split("\n"))

    @cached_property
    def frozen_string_literal(self) -> bool:
        """Whether it begins with the magic comment."""
        return has_frozen_comment(self.text)

    @cached_property
    def negation(self) -> Negation | None:
        """What it turns most expectations round with."""
        words = _NEGATION.findall(self.text)
        other = words.count("to_not")
        return None if other * 2 == len(words) else "to_not" if other * 2 > len(words) else "not_to"

    @cached_property
    def instance(self) -> str | None:
        """What it calls the job under test, where it gives it a name."""
        found = _INSTANCE.search(self.text)
        return found[1] if found and found[1] in INSTANCES else None

    @cached_property
    def bare_factories(self) -> bool | None:
        """Whether it mostly says ``create(:order)`` without naming the library; None where it says neither."""
        before = [self.text[: found.start()][-RECEIVER:] for found in _CREATED.finditer(self.text)]
        explicit = sum(_LIBRARY.search(one) is not None for one in before)
        bare = sum(not one[-1:].isalnum() and one[-1:] not in {".", "_"} for one in before)
        return None if explicit == bare else bare > explicit

    @cached_property
    def inline(self) -> bool | None:
        """Whether it mostly runs a job that it gives no name; None where it runs none, or as many with a name."""
        runs = [self.text[: found.start()][-RECEIVER:] for found in _RUN.finditer(self.text)]
        without = sum(one.endswith(".new") for one in runs)
        named = sum(_NAME.search(one) is not None for one in runs)
        return None if without == named else without > named

    @cached_property
    def group(self) -> str:
        """The group around the examples that run the job: ``describe "#perform"``; empty where there is none."""
        found = _GROUP.search(self.text)
        return f'{found[1]} "{found[2]}"' if found else ""

    @cached_property
    def doubles(self) -> Doubles | None:
        """What it stubs most methods with; None where it stubs none."""
        mocha, minitest = len(_MOCHA.findall(self.text)), len(_STUB.findall(self.text))
        return None if mocha == minitest else "mocha" if mocha > minitest else "minitest"

    @cached_property
    def superclass(self) -> str | None:
        """What a test class inherits from; None for a class of Minitest's own, which has no ``test``."""
        found = _TEST_CLASS.search(self.text)
        return found[1] if found and not found[1].startswith("Minitest::") else None

    @cached_property
    def example(self) -> Example | None:
        """How most of its tests begin."""
        if not _TEST_CLASS.search(self.text):
            return None
        ranking = Counter(found[1].rstrip("_ ") for found in _EXAMPLE.finditer(self.text)).most_common(2)
        if not ranking or (ranking[1:] and ranking[0][1] == ranking[1][1]):
            return None
        return {"test": "test", "it": "it", "def test": "def"}[ranking[0][0]]  # type: ignore[return-value]
