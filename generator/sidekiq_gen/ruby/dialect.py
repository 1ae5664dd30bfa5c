"""Ruby as the house writes it: the last step of rendering, over a whole file.

Templates are written in one form, that of the defaults of `Layout` and `SpecStyle`. Each function here turns that form
into another one, and leaves literals and comments alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.ruby import layout, literals, placing
from sidekiq_gen.ruby.mocha import in_mocha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.style import Logger, SpecStyle, Style, TestFramework

_DIRECTIVE = " # rubocop:disable Rails/SkipsModelValidations"
_BASE = re.compile(r"^(class \w+Test < )ActiveSupport::TestCase$", re.MULTILINE)
_TEST = re.compile(r'^( *)test "([^\n]*)" do$', re.MULTILINE)
_EXAMPLE = re.compile(r'  (?:it|test) "|  [{\[]\n')
_HOOK = re.compile(r"\.sidekiq_(?:retry_in|retries_exhausted)_block\b")
_GROUP = re.compile(r"^RSpec\.describe ([\w:]+) do$", re.MULTILINE)


def spoken(source: str, style: Style) -> str:
    """Ruby in the form of the templates, as the repo would have written it."""
    source = placing.placed(source, style.layout, style.width)
    return literals.in_quotes(source, style.quotes)


def directed(source: str, minded: Sequence[str]) -> str:
    """Ruby in which each write without validations that RuboCop minds says why it may stay, to RuboCop."""
    if not minded:
        return source
    call = re.compile(rf"\.(?:{'|'.join(minded)})\(")
    lines = zip(source.split("\n"), literals.blanked(source).split("\n"), strict=True)
    return "\n".join(f"{line}{_DIRECTIVE}" if call.search(mask) else line for line, mask in lines)


def logged(source: str, logger: Logger) -> str:
    """A job, or what tests it, with the logger of the house; a job's own is Sidekiq's."""
    if logger == "logger":
        return source
    receiver = logger.partition(".")[0]
    source = literals.outside_literals(source, r"(?<![\w@.:])(?:(?:job|Sidekiq)\.logger\b | logger(?=\.))", logger)
    return literals.outside_literals(source, r"(?<![\w.:])(?:@job|Sidekiq)\.stub\((?=:logger\b)", f"{receiver}.stub(")


def tested(source: str, test: TestFramework, style: SpecStyle) -> str:
    """A spec or test in the form of the templates, as the repo would have written it."""
    source = _grouped(source, style.group) if style.group else source
    return _in_rspec(source, style) if test == "rspec" else _in_minitest(source, style)


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
    source = literals.outside_literals(source, r"(?<=\.)not_to\b", style.negation)
    if re.search(rf"\b{style.instance}\b", source):  # something else is called so
        return source
    source = source.replace("#{job.", f"#{{{style.instance}.")
    return literals.outside_literals(source, r"(?<![\w@.:])job\b(?![:?!]) | (?<=let\(:)job(?=\))", style.instance)


def _in_minitest(source: str, style: SpecStyle) -> str:
    source = _BASE.sub(lambda found: f"{found[1]}{style.superclass}", source)
    source = _TEST.sub(lambda found: f"{found[1]}{_example(found[2], style)}", source)
    return in_mocha(source) if style.doubles == "mocha" else source


def _example(description: str, style: SpecStyle) -> str:
    """The first line of a test; one whose description is made at run time stays as it is."""
    if style.example == "def" and "#{" not in description:
        return "def test_" + re.sub(r"\W+", "_", description).strip("_").lower()
    return f'{"it" if style.example == "it" else "test"} "{description}" do'
