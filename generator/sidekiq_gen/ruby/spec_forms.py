"""Specs and tests as the house writes them: the last step of rendering them, before lines are made to fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import layout, literals
from sidekiq_gen.ruby.mocha import in_mocha

if TYPE_CHECKING:
    from sidekiq_gen.style import SpecStyle, TestFramework

_BASE = regex(r"^(class \w+Test < )ActiveSupport::TestCase$", re.MULTILINE)
_TEST = regex(r'^( *)test "([^\n]*)" do$', re.MULTILINE)
_EXAMPLE = regex(r'  (?:it|test) "|  [{\[]\n')
_FIRST = regex(r"^((?:RSpec|describe|class)\b.*)\n\n", re.MULTILINE)
_HOOK = regex(r"\.sidekiq_(?:retry_in|retries_exhausted)_block\b")
# Several records of a factory, which has a method for that (FactoryBot/CreateList wants it).
_LIST = regex(r"\b(\d+)\.times \{ ((?:FactoryBot\.)?create)\((:\w+)(, [^{}\n]*)?\) \}", needs=".times {")
_GROUP = regex(r"^RSpec\.describe ([\w:]+) do$", re.MULTILINE, needs="RSpec.describe")


def tested(source: str, test: TestFramework, style: SpecStyle) -> str:
    """A spec or test in the form of the templates, as the repo would have written it."""
    source = _LIST.sub(r"\2_list(\3, \1\4)", source)
    source = _grouped(source, style.group) if style.group else source
    return _in_rspec(source, style) if test == "rspec" else _in_minitest(source, style)


def _made_for_each_run(source: str, name: str, made: str) -> str:
    """A spec or test whose job is made anew for each run, where it is only run.

    name: what the job is called. made: the line that makes it, around the Ruby that does.
    """
    found = re.search(rf"^ *{made}\n", source, re.MULTILINE)
    if not found:
        return source
    rest = source[: found.start()] + source[found.end() :]
    code = literals.blanked(rest)
    if re.search(rf"(?<![\w.:@]){name}\b(?!\.perform\b|:)", code) or f"#{{{name}." in rest:
        return source
    rest = literals.outside_literals(rest, rf"(?<![\w.:@]){name}(?=\.perform\b)", f"{found[1]}.new")
    return _FIRST.sub(r"\1\n", rest.replace("  setup do\n  end\n", ""), count=1)


def _grouped(source: str, group: str) -> str:
    """A spec or test whose examples that run the job stand in a group; what asks its hooks comes behind that."""
    sections = re.split(r"\n\n(?=  \S)", source.rstrip().removesuffix("\nend"))
    examples = [one for one in sections if _EXAMPLE.match(one)]
    inside = [one for one in examples if not _HOOK.search(one)]
    if not inside:
        return source
    within = layout.indent("\n\n".join(inside), 1)
    whole = [f"  {group} do\n{within}\n  end", *(one for one in examples if one not in inside)]
    before = sections[: sections.index(examples[0])]
    after = [one for one in sections[len(before) :] if one not in examples]
    return "\n\n".join([*before, *whole, *after]) + "\nend"


def _in_rspec(source: str, style: SpecStyle) -> str:
    receiver, kind = "" if style.bare else "RSpec.", f", type: :{style.type}" if style.type else ""
    source = _GROUP.sub(rf"{receiver}describe \1{kind} do", source)
    if style.negation != "not_to":
        source = literals.outside_literals(source, r"(?<=\.)not_to\b", style.negation)
    if style.inline:
        source = _made_for_each_run(source, "job", r"let\(:job\) \{ (described_class)\.new \}")
    if re.search(rf"\b{style.instance}\b", source):  # something else is called so
        return source
    source = source.replace("#{job.", f"#{{{style.instance}.")
    return literals.outside_literals(source, r"(?<![\w@.:])job\b(?![:?!]) | (?<=let\(:)job(?=\))", style.instance)


def _in_minitest(source: str, style: SpecStyle) -> str:
    source = _BASE.sub(lambda found: f"{found[1]}{style.superclass}", source)
    source = _TEST.sub(lambda found: f"{found[1]}{_example(found[2], style)}", source)
    source = in_mocha(source) if style.doubles == "mocha" else source
    return _made_for_each_run(source, "@job", r"@job = (\S+)\.new") if style.inline else source


def _example(description: str, style: SpecStyle) -> str:
    """The first line of a test; one whose description is made at run time stays as it is."""
    if style.example == "def" and "#{" not in description:
        return "def test_" + re.sub(r"\W+", "_", description).strip("_").lower()
    return f'{"it" if style.example == "it" else "test"} "{description}" do'
